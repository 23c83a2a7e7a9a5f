import type { ChunkResponse, ProcessingEventResponse } from '../../src/conversations/chunks.dto.js';
import type { ConversationResponse } from '../../src/conversations/conversations.dto.js';
import { waitUntil } from './wait-until.js';

export interface Answer<T = unknown> {
  status: number;
  body: T;
  headers: Headers;
}

export interface ErrorAnswer {
  statusCode: number;
  error: string;
  message: string | string[];
  code: string;
  requestId: string;
}

/** Creates a small WAV file: `seconds` of silence that contain `mark`, to make it unique. */
export function wav(mark = '', seconds = 1): Uint8Array<ArrayBuffer> {
  const sampleRate = 8_000;
  const data = Buffer.alloc(sampleRate * 2 * seconds);
  data.write(mark, 0, 'utf8');
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return new Uint8Array(Buffer.concat([header, data]));
}

/** Client of the service's HTTP interface. */
export class Api {
  constructor(
    readonly url: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  async get<T = unknown>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.send<T>('GET', path, { headers });
  }

  async post<T = unknown>(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    return this.send<T>('POST', path, {
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
    });
  }

  async patch<T = unknown>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send<T>('PATCH', path, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async put<T = unknown>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send<T>('PUT', path, {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async send<T>(method: string, path: string, init: RequestInit): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, {
      ...init,
      method,
      headers: { ...this.headers, ...(init.headers as Record<string, string> | undefined) },
    });
    const type = response.headers.get('content-type');
    // A stream of events does not end; its beginning is the answer.
    if (type?.startsWith('text/event-stream') === true) await response.body?.cancel();
    const text = response.bodyUsed ? '' : await response.text();
    const isJson = type?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as T,
    };
  }

  async createConversation(settings: object = {}): Promise<ConversationResponse> {
    return expectStatus(await this.post<ConversationResponse>('/api/conversations', settings), 201);
  }

  async conversation(id: string): Promise<ConversationResponse> {
    return expectStatus(await this.get<ConversationResponse>(`/api/conversations/${id}`), 200);
  }

  async finish(id: string): Promise<ConversationResponse> {
    return expectStatus(await this.post<ConversationResponse>(`/api/conversations/${id}/finish`), 202);
  }

  async chunk(id: string): Promise<ChunkResponse> {
    return expectStatus(await this.get<ChunkResponse>(`/api/chunks/${id}`), 200);
  }

  async events(chunkId: string): Promise<ProcessingEventResponse[]> {
    return expectStatus(await this.get<ProcessingEventResponse[]>(`/api/chunks/${chunkId}/events`), 200);
  }

  async addChunk(
    conversationId: string,
    options: { audio?: Uint8Array<ArrayBuffer>; position?: number; headers?: Record<string, string> } = {},
  ): Promise<ChunkResponse> {
    return expectStatus(await this.upload(conversationId, options), 202);
  }

  async upload(
    conversationId: string,
    options: { audio?: Uint8Array<ArrayBuffer>; position?: number; headers?: Record<string, string> } = {},
  ): Promise<Answer<ChunkResponse>> {
    const form = new FormData();
    if (options.position !== undefined) form.append('position', String(options.position));
    form.append('audio', new Blob([options.audio ?? wav(crypto.randomUUID())]), 'recording.wav');
    return this.send<ChunkResponse>('POST', `/api/conversations/${conversationId}/chunks`, {
      body: form,
      headers: options.headers,
    });
  }

  async settledChunk(id: string, deadlineMs?: number): Promise<ChunkResponse> {
    return waitUntil(
      () => this.chunk(id),
      ({ status }) => status === 'completed' || status === 'failed',
      deadlineMs,
    );
  }

  async finalizedConversation(id: string, deadlineMs?: number): Promise<ConversationResponse> {
    return waitUntil(
      () => this.conversation(id),
      ({ status }) => status === 'finalized',
      deadlineMs,
    );
  }

  async summarizedConversation(id: string, deadlineMs?: number): Promise<ConversationResponse> {
    return waitUntil(
      () => this.conversation(id),
      ({ summary }) => summary !== null,
      deadlineMs,
    );
  }

  /** Returns the value of a metric; 0 when it has not been counted yet. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const { body } = await this.get<string>('/metrics');
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const line = body
      .split('\n')
      .find(
        (candidate) =>
          [`${name}{`, `${name} `].some((start) => candidate.startsWith(start)) &&
          wanted.every((label) => candidate.includes(label)),
      );
    return Number(line?.split(' ').at(-1) ?? 0);
  }
}

function expectStatus<T>({ status, body }: Answer<T>, wanted: number): T {
  if (status !== wanted) throw new Error(`expected ${wanted}, got ${status}: ${JSON.stringify(body)}`);
  return body;
}
