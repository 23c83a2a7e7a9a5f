import http from 'node:http';
import https from 'node:https';

/** Enough for one receiver; more sockets would only wait in its accept backlog. */
const MAX_SOCKETS = 256;

export interface WebhookPost {
  readonly url: string;
  readonly body: string;
  readonly header: { readonly name: string; readonly value: string } | null;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
}

/**
 * Result of a callback. `status` is null without an answer; `error` then has the reason (`TIMEOUT`,
 * or the socket's code).
 */
export interface WebhookAnswer {
  readonly status: number | null;
  readonly error: string | null;
}

/** Posts callbacks over keep-alive connections. Redirects are not followed. */
export class WebhookClient {
  private readonly httpAgent = new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  private readonly httpsAgent = new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });

  private closed = false;

  /** Posts a callback. Never rejects: an error is part of the answer. */
  async post(post: WebhookPost): Promise<WebhookAnswer> {
    const first = await this.send(post);
    // The receiver closed a kept connection just as it was reused, so it has received nothing.
    return first.stale && !this.closed ? this.send(post) : first;
  }

  /** Cuts every exchange in progress. */
  close(): void {
    this.closed = true;
    this.httpAgent.destroy();
    this.httpsAgent.destroy();
  }

  private send({ url, body, header, timeoutMs }: WebhookPost): Promise<WebhookAnswer & { stale: boolean }> {
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const headers: http.OutgoingHttpHeaders = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'simulated-assemblyai-webhook',
    };
    if (header !== null) {
      headers[header.name] = header.value;
    }
    return new Promise((resolve) => {
      const request = (secure ? https : http).request(target, {
        method: 'POST',
        headers,
        agent: secure ? this.httpsAgent : this.httpAgent,
      });
      const limit = setTimeout(() => request.destroy(timeoutError()), timeoutMs);
      const settle = (answer: WebhookAnswer, stale = false): void => {
        clearTimeout(limit);
        resolve({ ...answer, stale });
      };
      request.on('response', (response) => {
        // Only the status counts. The connection is free again once its answer has been read.
        response.resume();
        settle({ status: response.statusCode ?? null, error: null });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        const stale = request.reusedSocket && error.code === 'ECONNRESET';
        settle({ status: null, error: error.code ?? error.name }, stale);
      });
      request.end(body);
    });
  }
}

function timeoutError(): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error('The receiver of the callback did not answer in time.');
  error.code = 'TIMEOUT';
  return error;
}
