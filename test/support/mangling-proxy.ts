import { createServer, request as openRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { WeightedRandom } from './weighted-random.js';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

type Mangle = (answer: Answer) => Answer;

/** Enough for one run; after that they repeat. */
const PREPARED_VALUES = 2_000;
const STATUSES = [
  200, 201, 204, 206, 301, 302, 304, 400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 451, 499, 500,
  502, 503, 504, 529, 599,
];
const RETRY_AFTERS = ['0', '1', '-1', 'soon', '1e9', 'NaN', 'Wed, 21 Oct 2015 07:28:00 GMT', ''];
const CONTENT_TYPES = [
  'text/html',
  'application/json; charset=utf-16',
  'image/png',
  ';;;',
  'application/json',
];
const HUGE_CHARS = 3_000_000;
const DEEP_LEVELS = 20_000;

/**
 * Proxy between the service and a provider that mangles the provider's answers: their shape, size,
 * encoding, or status. The result for a seed also depends on the order of the requests.
 */
export class ManglingProxy {
  /** Share of mangled answers, 0 to 1. */
  probability = 0.5;
  mangled = 0;
  private readonly values: unknown[];

  private constructor(
    private readonly server: Server,
    private readonly target: string,
    private readonly random: WeightedRandom,
    seed: number,
  ) {
    this.values = fc.sample(fc.jsonValue({ maxDepth: 3 }), { seed, numRuns: PREPARED_VALUES });
  }

  static async start(target: string, seed: number): Promise<ManglingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new ManglingProxy(server, target, new WeightedRandom(seed), seed);
    server.on('request', (incoming, outgoing) => {
      void proxy.forward(incoming).then(
        (answer) => {
          const { status, headers, body } = proxy.maybeMangled(answer);
          outgoing.writeHead(status, headers).end(body);
        },
        () => outgoing.destroy(),
      );
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async forward(incoming: IncomingMessage): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { host: _, ...headers } = incoming.headers;
      const request = openRequest(new URL(incoming.url ?? '/', this.target), {
        method: incoming.method,
        headers,
        agent: false,
      });
      request.on('error', reject);
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 502,
            headers: { 'content-type': response.headers['content-type'] ?? 'application/json' },
            body: Buffer.concat(parts),
          });
        });
      });
      incoming.pipe(request);
    });
  }

  private maybeMangled(answer: Answer): Answer {
    if (this.random.next() >= this.probability) return answer;
    this.mangled += 1;
    return this.random.pick(this.ways)(answer);
  }

  private readonly ways: Mangle[] = [
    // Shapes: the correct answer with one changed field. They are the most frequent, because most
    // code depends on them.
    ...Array<Mangle>(8).fill((answer) => ({ ...answer, body: this.withOtherField(answer.body) })),
    (answer) => ({ ...answer, body: json(this.value()) }),
    (answer) => ({ ...answer, body: json({ status: 'completed', text: this.value(), words: this.value() }) }),
    (answer) => ({
      ...answer,
      body: json({ candidates: [{ content: this.value(), finishReason: 'STOP' }] }),
    }),
    // Sizes.
    (answer) => ({ ...answer, body: Buffer.alloc(0) }),
    (answer) => ({ ...answer, body: answer.body.subarray(0, this.random.integer(0, answer.body.length)) }),
    (answer) => ({ ...answer, body: json({ id: 'x', status: 'completed', text: 'a'.repeat(HUGE_CHARS) }) }),
    (answer) => ({ ...answer, body: Buffer.from('['.repeat(DEEP_LEVELS) + ']'.repeat(DEEP_LEVELS)) }),
    // Encodings.
    (answer) => ({ ...answer, body: Buffer.from(answer.body.toString('utf8'), 'utf16le') }),
    (answer) => ({ ...answer, body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), answer.body]) }),
    (answer) => ({
      ...answer,
      body: answer.body.map((byte) => (this.random.next() < 0.02 ? 0xff : byte)) as Buffer,
    }),
    (answer) => ({ ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' } }),
    (answer) => ({ ...answer, headers: { 'content-encoding': 'gzip' }, body: gzipSync(answer.body) }),
    (answer) => ({ ...answer, headers: { 'content-type': this.random.pick(CONTENT_TYPES) } }),
    // Statuses.
    (answer) => ({ ...answer, status: this.random.pick(STATUSES) }),
    (answer) => ({
      ...answer,
      status: this.random.pick([429, 503]),
      headers: { 'retry-after': this.random.pick(RETRY_AFTERS) },
    }),
    (answer) => ({ ...answer, status: this.random.pick(STATUSES), body: json({ error: this.value() }) }),
  ];

  private value(): unknown {
    return this.random.pick(this.values.map((value) => ({ value }))).value;
  }

  private withOtherField(body: Buffer): Buffer {
    let parsed: unknown;
    try {
      parsed = JSON.parse(body.toString('utf8'));
    } catch {
      return body;
    }
    return json(this.replaced(parsed));
  }

  private replaced(node: unknown): unknown {
    if (typeof node !== 'object' || node === null || this.random.next() < 0.15) return this.value();
    const keys = Object.keys(node);
    if (keys.length === 0) return this.value();
    const key = this.random.pick(keys);
    const copy: Record<string, unknown> | unknown[] = Array.isArray(node)
      ? [...(node as unknown[])]
      : { ...node };
    const fields = copy as Record<string, unknown>;
    if (this.random.next() < 0.15) Reflect.deleteProperty(fields, key);
    else fields[key] = this.replaced(fields[key]);
    return copy;
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
