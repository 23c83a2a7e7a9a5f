import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type {
  ChunkItemPageResponse,
  ChunkItemResponse,
} from '../../src/conversations/lists/conversation-lists.dto.js';
import type { ConversationResponse } from '../../src/conversations/conversations.dto.js';
import type { ProjectResponse } from '../../src/conversations/projects/projects.dto.js';
import type { RedactionReceiptResponse } from '../../src/privacy/redaction-receipt.dto.js';
import { multipartBody } from './multipart-body.js';

/**
 * Far above the duration of any request, so that a request without an answer does not hang forever.
 */
const ANSWER_TIMEOUT_MS = 30_000;
/** The most that the API gives at once. */
const PAGE_SIZE = 100;

/** The service answered with an error, or not at all. */
export class ServiceApiError extends Error {
  override readonly name = 'ServiceApiError';
  readonly code = 'service_api';

  constructor(
    message: string,
    /** Undefined when the service did not answer. */
    readonly answer: ErrorAnswer | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface ErrorAnswer {
  status: number;
  /** Sentences for a person; one for each refused field. */
  problems: readonly string[];
  /** Stable identifier of the kind of error. */
  code: string | undefined;
}

export interface Settings {
  projectId?: string;
  title?: string;
  language?: string;
  transcriptPrompt?: string;
  speakerLabels?: boolean;
}

export interface ServiceApiOptions {
  /** Key of the service, if it requires one. */
  apiKey?: string | undefined;
}

/** HTTP client of the service. Every call is aborted with `signal`, and then throws its reason. */
export class ServiceApi {
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
    { apiKey }: ServiceApiOptions = {},
  ) {
    this.headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  }

  async createProject(settings: { name: string } & Settings): Promise<ProjectResponse> {
    return this.postJson<ProjectResponse>('/api/projects', settings);
  }

  async createConversation(settings: Settings = {}): Promise<ConversationResponse> {
    return this.postJson<ConversationResponse>('/api/conversations', settings);
  }

  async addChunk(
    conversationId: string,
    recording: { name: string; audio: Uint8Array<ArrayBuffer> },
  ): Promise<ChunkResponse> {
    const body = new FormData();
    body.append('audio', new Blob([recording.audio]), recording.name);
    return this.json<ChunkResponse>(`/api/conversations/${conversationId}/chunks`, { method: 'POST', body });
  }

  /**
   * Adds a recording of any size as a chunk. It is read while it is sent, however long that takes.
   */
  async uploadChunk(conversationId: string, file: { path: string; name: string }): Promise<ChunkResponse> {
    const path = `/api/conversations/${conversationId}/chunks`;
    const { contentType, body } = multipartBody('audio', file);
    const init = { method: 'POST', headers: { 'content-type': contentType }, body, duplex: 'half' } as const;
    return JSON.parse(decode(await this.send(path, init, this.signal))) as ChunkResponse;
  }

  async finish(conversationId: string): Promise<ConversationResponse> {
    return this.json<ConversationResponse>(`/api/conversations/${conversationId}/finish`, { method: 'POST' });
  }

  async chunk(id: string): Promise<ChunkResponse> {
    return this.json<ChunkResponse>(`/api/chunks/${id}`);
  }

  /** Returns the chunks of a conversation by position, without their texts. */
  async chunksOf(conversationId: string): Promise<ChunkItemResponse[]> {
    const chunks: ChunkItemResponse[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const path = `/api/conversations/${conversationId}/chunks?limit=${PAGE_SIZE}${query}`;
      const page: ChunkItemPageResponse = await this.json(path);
      chunks.push(...page.data);
      cursor = page.nextCursor;
    }
    return chunks;
  }

  async conversation(id: string): Promise<ConversationResponse> {
    return this.json<ConversationResponse>(`/api/conversations/${id}`);
  }

  /** Returns the merged transcript as a file of the format. */
  async transcript(conversationId: string, format: string): Promise<Uint8Array> {
    return this.send(`/api/conversations/${conversationId}/transcript?format=${format}`);
  }

  /** Returns what the providers still have of a conversation. */
  async redactionReceipt(conversationId: string): Promise<RedactionReceiptResponse> {
    return this.json<RedactionReceiptResponse>(`/api/conversations/${conversationId}/redaction`);
  }

  /** Returns the metrics as Prometheus text. */
  async metrics(): Promise<string> {
    return decode(await this.send('/metrics'));
  }

  private async postJson<T>(path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.json<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  private async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return JSON.parse(decode(await this.send(path, init))) as T;
  }

  private async send(
    path: string,
    init: RequestInit = {},
    signal = AbortSignal.any([this.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  ): Promise<Uint8Array> {
    const request = `${init.method ?? 'GET'} ${path}`;
    const headers = { ...this.headers, ...(init.headers as Record<string, string> | undefined) };
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetch(`${this.url}${path}`, { ...init, headers, signal });
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      this.signal.throwIfAborted();
      throw new ServiceApiError(`${request} was not answered`, undefined, { cause: error });
    }
    if (response.ok) return bytes;
    const text = decode(bytes);
    const message = `${request} was answered with ${response.status}: ${text}`;
    throw new ServiceApiError(message, { status: response.status, ...readError(text) });
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Reads the service's one shape of errors; a proxy in front of it may have another one. */
function readError(text: string): Omit<ErrorAnswer, 'status'> {
  try {
    const { message = text, code } = JSON.parse(text) as { message?: string | string[]; code?: string };
    return { problems: typeof message === 'string' ? [message] : message, code };
  } catch {
    return { problems: [text], code: undefined };
  }
}
