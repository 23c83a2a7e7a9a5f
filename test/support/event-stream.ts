import { request as openRequest, type IncomingMessage } from 'node:http';
import { waitUntil } from './wait-until.js';

export interface StreamEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** A client of server-sent events that keeps what it receives. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  /** Position at which the client would resume, also after an id without an event. */
  lastEventId: string | undefined;
  isEnded = false;
  private rest = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      this.receive(text);
    });
    response.on('error', () => undefined);
    response.once('close', () => {
      this.isEnded = true;
    });
  }

  /** Resolves when the server has answered with its position. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      openRequest(url, { headers, agent: false }, resolve).on('error', reject).end();
    });
    if (response.statusCode !== 200) {
      response.destroy();
      throw new Error(`expected 200, got ${response.statusCode ?? 'no status'}`);
    }
    const stream = new EventStream(response);
    await waitUntil(
      () => Promise.resolve(stream.lastEventId),
      (id) => id !== undefined,
    );
    return stream;
  }

  /** Waits for events, and returns all so far. */
  async until(isSo: (events: readonly StreamEvent[]) => boolean): Promise<StreamEvent[]> {
    return waitUntil(() => Promise.resolve([...this.events]), isSo);
  }

  async ended(): Promise<void> {
    await waitUntil(
      () => Promise.resolve(this.isEnded),
      (isEnded) => isEnded,
    );
  }

  close(): void {
    this.response.destroy();
  }

  private receive(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => {
          const [name = '', ...value] = line.split(': ');
          return [name, value.join(': ')];
        }),
      );
      const id = fields.get('id');
      if (id !== undefined) this.lastEventId = id;
      const data = fields.get('data');
      if (data === undefined) continue;
      this.events.push({
        id: id ?? '',
        event: fields.get('event') ?? 'message',
        data: JSON.parse(data) as Record<string, unknown>,
      });
    }
  }
}
