import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { ConversationResponse } from '../../src/conversations/conversations.dto.js';
import type { ProjectResponse } from '../../src/conversations/projects/projects.dto.js';

/**
 * Far above the duration of any request, so that a request without an answer does not hang forever.
 */
const ANSWER_TIMEOUT_MS = 30_000;

/** The service answered with an error, or not at all. */
class ServiceApiError extends Error {
  override readonly name = 'ServiceApiError';
  readonly code = 'service_api';
}

export interface Settings {
  projectId?: string;
  language?: string;
  transcriptPrompt?: string;
}

/** HTTP client of the service. Every call is aborted with `signal`, and then throws its reason. */
export class ServiceApi {
  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

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

  async finish(conversationId: string): Promise<ConversationResponse> {
    return this.json<ConversationResponse>(`/api/conversations/${conversationId}/finish`, { method: 'POST' });
  }

  async chunk(id: string): Promise<ChunkResponse> {
    return this.json<ChunkResponse>(`/api/chunks/${id}`);
  }

  async conversation(id: string): Promise<ConversationResponse> {
    return this.json<ConversationResponse>(`/api/conversations/${id}`);
  }

  /** Returns the metrics as Prometheus text. */
  async metrics(): Promise<string> {
    return this.send('/metrics', {});
  }

  private async postJson<T>(path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.json<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  private async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return JSON.parse(await this.send(path, init)) as T;
  }

  private async send(path: string, init: RequestInit): Promise<string> {
    const request = `${init.method ?? 'GET'} ${path}`;
    let response: Response;
    let text: string;
    try {
      const signal = AbortSignal.any([this.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
      response = await fetch(`${this.url}${path}`, { ...init, signal });
      text = await response.text();
    } catch (error) {
      this.signal.throwIfAborted();
      throw new ServiceApiError(`${request} was not answered`, { cause: error });
    }
    if (!response.ok) throw new ServiceApiError(`${request} was answered with ${response.status}: ${text}`);
    return text;
  }
}
