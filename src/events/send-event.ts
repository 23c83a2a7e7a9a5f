import type { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { Deadline } from '../deadlines/deadline.js';
import { type OutboundAgents, PrivateAddressError } from '../outbound/outbound-agents.js';
import { parseRetryAfter } from '../providers/retry-after.js';
import type { AttemptResult } from './decide-after-attempt.js';
import type { SignedRequest } from './endpoint-secret.js';

/** Standard Webhooks advises 15 to 30 s; the request occupies a worker's slot meanwhile. */
const ATTEMPT_TIMEOUT_MS = 15_000;

const USER_AGENT = 'Ringback';

/**
 * Sends an event once. Returns the endpoint's status, or our own text for what went wrong. Of the
 * answer, only the status and Retry-After are read.
 *
 * @throws the caller's own abort reason when `signal` aborts
 */
export async function sendEvent(
  url: string,
  request: SignedRequest,
  options: { agents: OutboundAgents; signal: AbortSignal; timeoutMs?: number },
): Promise<AttemptResult> {
  const { agents, signal, timeoutMs = ATTEMPT_TIMEOUT_MS } = options;
  const deadline = new Deadline({ timeoutMs, signal });
  try {
    const response = await axios.post<Readable>(url, request.body, {
      headers: { ...request.headers, 'user-agent': USER_AGENT },
      responseType: 'stream',
      maxRedirects: 0,
      proxy: false,
      httpAgent: agents.http,
      httpsAgent: agents.https,
      validateStatus: () => true,
      // The signature covers exactly these bytes.
      transformRequest: (body: string) => body,
      signal: deadline.signal,
    });
    response.data.destroy();
    return read(response);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.expired) return failed(`no answer within ${timeoutMs} ms`);
    return failed(reasonOf(error));
  } finally {
    deadline.dispose();
  }
}

function read({ status, headers }: AxiosResponse): AttemptResult {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], Date.now());
  const isRedirect = status >= 300 && status < 400;
  const error = isRedirect ? 'it redirects, which is not followed; give the URL that it redirects to' : null;
  return { status, error, retryAfterMs };
}

function failed(error: string): AttemptResult {
  return { status: null, error };
}

/**
 * Uses the system's error code, such as ECONNREFUSED, because an error message may contain the URL.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no connection';
  if (error.cause instanceof PrivateAddressError) return error.cause.message;
  return 'code' in error && typeof error.code === 'string'
    ? `no connection (${error.code})`
    : 'no connection';
}
