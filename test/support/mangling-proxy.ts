import { createServer, request as openRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Dice } from '../chaos/dice.js';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

type Mangle = (answer: Answer) => Answer;

/** As many as a run uses up; beyond that they come again. */
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
 * Stands between the service and a provider, and makes nonsense of the provider's answers: in their shape, their size, their
 * encoding, their status. What a seed makes of a request depends on the order in which requests come.
 */
export class ManglingProxy {
  /** Of the answers, 0 to 1. */
  probability = 0.5;
  mangled = 0;
  private readonly values: unknown[];

  private constructor(
    private readonly server: Server,
    private readonly target: string,
    private readonly dice: Dice,
    seed: number,
  ) {
    this.values = fc.sample(fc.jsonValue({ maxDepth: 3 }), { seed, numRuns: PREPARED_VALUES });
  }

  static async start(target: string, seed: number): Promise<ManglingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new ManglingProxy(server, target, new Dice(seed), seed);
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
    if (this.dice.next() >= this.probability) return answer;
    this.mangled += 1;
    return this.dice.pick(this.ways)(answer);
  }

  private readonly ways: Mangle[] = [
    // Shapes: the answer as it should be, but for one field of it. Most of all, as most code is about these.
    ...Array<Mangle>(8).fill((answer) => ({ ...answer, body: this.withOtherField(answer.body) })),
    (answer) => ({ ...answer, body: json(this.value()) }),
    (answer) => ({ ...answer, body: json({ status: 'completed', text: this.value(), words: this.value() }) }),
    (answer) => ({
      ...answer,
      body: json({ candidates: [{ content: this.value(), finishReason: 'STOP' }] }),
    }),
    // Sizes.
    (answer) => ({ ...answer, body: Buffer.alloc(0) }),
    (answer) => ({ ...answer, body: answer.body.subarray(0, this.dice.between(0, answer.body.length)) }),
    (answer) => ({ ...answer, body: json({ id: 'x', status: 'completed', text: 'a'.repeat(HUGE_CHARS) }) }),
    (answer) => ({ ...answer, body: Buffer.from('['.repeat(DEEP_LEVELS) + ']'.repeat(DEEP_LEVELS)) }),
    // Encodings.
    (answer) => ({ ...answer, body: Buffer.from(answer.body.toString('utf8'), 'utf16le') }),
    (answer) => ({ ...answer, body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), answer.body]) }),
    (answer) => ({
      ...answer,
      body: answer.body.map((byte) => (this.dice.next() < 0.02 ? 0xff : byte)) as Buffer,
    }),
    (answer) => ({ ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' } }),
    (answer) => ({ ...answer, headers: { 'content-encoding': 'gzip' }, body: gzipSync(answer.body) }),
    (answer) => ({ ...answer, headers: { 'content-type': this.dice.pick(CONTENT_TYPES) } }),
    // Statuses.
    (answer) => ({ ...answer, status: this.dice.pick(STATUSES) }),
    (answer) => ({
      ...answer,
      status: this.dice.pick([429, 503]),
      headers: { 'retry-after': this.dice.pick(RETRY_AFTERS) },
    }),
    (answer) => ({ ...answer, status: this.dice.pick(STATUSES), body: json({ error: this.value() }) }),
  ];

  private value(): unknown {
    return this.dice.pick(this.values.map((value) => ({ value }))).value;
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
    if (typeof node !== 'object' || node === null || this.dice.next() < 0.15) return this.value();
    const keys = Object.keys(node);
    if (keys.length === 0) return this.value();
    const key = this.dice.pick(keys);
    const copy: Record<string, unknown> | unknown[] = Array.isArray(node)
      ? [...(node as unknown[])]
      : { ...node };
    const fields = copy as Record<string, unknown>;
    if (this.dice.next() < 0.15) Reflect.deleteProperty(fields, key);
    else fields[key] = this.replaced(fields[key]);
    return copy;
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
