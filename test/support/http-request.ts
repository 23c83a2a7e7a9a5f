import { request as openRequest, type OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';

export interface HttpAnswer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  /** Parsed when it is JSON, otherwise the text. */
  body: unknown;
}

/**
 * Sends a request that `fetch` would not send: header values of any bytes, no content type, pieces
 * of unknown length, or a path that is not normalized. An error after the answer has begun is
 * ignored: a server may answer before it has read everything, and then close the connection.
 *
 * @param options.isOpen announces more of the body than is sent, and awaits the answer in the
 *   middle of it
 * @param options.body sent with a `content-length`; an array, or pieces that come with time, are
 *   sent chunked, without one
 */
export async function httpRequest(
  baseUrl: string,
  options: {
    method?: string;
    path: string;
    headers?: OutgoingHttpHeaders;
    body?: string | Buffer | readonly (string | Buffer)[] | AsyncIterable<Buffer>;
    isOpen?: boolean;
  },
): Promise<HttpAnswer> {
  const { hostname, port } = new URL(baseUrl);
  const { method = 'POST', path, body = '', isOpen = false } = options;
  const lengthHeader: OutgoingHttpHeaders =
    typeof body === 'string' || Buffer.isBuffer(body)
      ? { 'content-length': Buffer.byteLength(body) + (isOpen ? 1 : 0) }
      : {};
  return new Promise((resolve, reject) => {
    const request = openRequest({
      hostname,
      port,
      method,
      path,
      agent: false,
      headers: { ...lengthHeader, ...options.headers },
    });
    let hasAnswer = false;
    request.on('error', (error) => {
      if (!hasAnswer) reject(error);
    });
    request.on('response', (response) => {
      hasAnswer = true;
      const { headers } = response;
      if (headers['content-type']?.startsWith('text/event-stream') === true) {
        // A stream of events does not end; its beginning is the answer.
        request.destroy();
        resolve({ status: response.statusCode ?? 0, headers, body: '' });
        return;
      }
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        if (isOpen) request.destroy();
        const text = Buffer.concat(pieces).toString('utf8');
        // An answer to HEAD has the headers of a body only.
        const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: isJson ? (JSON.parse(text) as unknown) : text,
        });
      });
    });
    if (typeof body === 'object' && Symbol.asyncIterator in body) {
      Readable.from(body).pipe(request);
      return;
    }
    for (const piece of typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body) {
      if (piece.length > 0) request.write(piece);
    }
    if (!isOpen) request.end();
  });
}
