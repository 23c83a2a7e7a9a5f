import { once } from 'node:events';
import { request as openRequest, type ClientRequest } from 'node:http';
import { expect } from 'vitest';
import { httpRequest, type HttpAnswer } from './http-request.js';

const VERSION = { 'tus-resumable': '1.0.0' };
const BYTES = { 'content-type': 'application/offset+octet-stream' };

export interface UploadOptions {
  length: number;
  metadata: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer;
}

function tusMetadata(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** A client of the tus protocol that a test can stop anywhere. */
export class Tus {
  constructor(readonly url: string) {}

  async create({ length, metadata, headers, body }: UploadOptions): Promise<HttpAnswer> {
    return this.send('POST', '/api/uploads', {
      headers: {
        'upload-length': String(length),
        'upload-metadata': tusMetadata(metadata),
        ...(body === undefined ? {} : BYTES),
        ...headers,
      },
      body,
    });
  }

  /** Creates an upload. @returns its path */
  async begin(conversationId: string, length: number, fields: Record<string, string> = {}): Promise<string> {
    const answer = await this.create({ length, metadata: { conversationId, ...fields } });
    expect(answer).toMatchObject({ status: 201 });
    return String(answer.headers.location);
  }

  async head(path: string): Promise<HttpAnswer> {
    return this.send('HEAD', path);
  }

  async offset(path: string): Promise<number> {
    const answer = await this.head(path);
    expect(answer).toMatchObject({ status: 200 });
    return Number(answer.headers['upload-offset']);
  }

  async patch(path: string, offset: number, body: Buffer): Promise<HttpAnswer> {
    return this.send('PATCH', path, { headers: { ...BYTES, 'upload-offset': String(offset) }, body });
  }

  async remove(path: string): Promise<HttpAnswer> {
    return this.send('DELETE', path);
  }

  /** Sends bytes and the rest, until there is an answer. @returns the answer to the last byte */
  async resume(path: string, content: Buffer): Promise<HttpAnswer> {
    const offset = await this.offset(path);
    return this.patch(path, offset, content.subarray(offset));
  }

  /** Announces all bytes from an offset, and sends only some of them. The connection stays open. */
  async open(path: string, options: { offset: number; content: Buffer; until: number }): Promise<OpenPatch> {
    const { offset, content, until } = options;
    const { hostname, port } = new URL(this.url);
    const request = openRequest({
      hostname,
      port,
      method: 'PATCH',
      path,
      agent: false,
      headers: { ...VERSION, ...BYTES, 'upload-offset': offset, 'content-length': content.length - offset },
    });
    const patch = new OpenPatch(request);
    await patch.write(content.subarray(offset, until));
    return patch;
  }

  private async send(
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: Buffer } = {},
  ): Promise<HttpAnswer> {
    return httpRequest(this.url, {
      method,
      path,
      headers: { ...VERSION, ...options.headers },
      body: options.body,
    });
  }
}

/** A PATCH that has not sent all its bytes. */
export class OpenPatch {
  readonly #outcome: Promise<PromiseSettledResult<unknown[]>[]>;

  constructor(private readonly request: ClientRequest) {
    // Settled in any case: a test that cuts the connection waits for no answer.
    this.#outcome = Promise.allSettled([once(request, 'response')]);
    // The first error is the outcome; the test itself causes any other when it cuts the connection.
    request.on('error', () => undefined);
  }

  /** @throws the connection's error when it broke before the answer */
  async answer(): Promise<{ status: number; offset: number }> {
    const [outcome] = await this.#outcome;
    if (outcome?.status !== 'fulfilled') throw outcome?.reason;
    const { statusCode, headers } = outcome.value[0] as {
      statusCode: number;
      headers: Record<string, string>;
    };
    return { status: statusCode, offset: Number(headers['upload-offset']) };
  }

  async write(content: Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.request.write(content, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  cut(): void {
    this.request.destroy();
  }
}
