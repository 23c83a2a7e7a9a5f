import type { Simulator } from '../simulator.js';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; empty when it is not JSON. */
  readonly json: Record<string, unknown>;
}

/** Sends plain requests to the simulator, for its own tests. */
export class ApiClient {
  constructor(
    private readonly simulator: Pick<Simulator, 'url'>,
    private readonly headers: Record<string, string> = { authorization: 'test-key' },
  ) {}

  async request(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const isRaw = body instanceof Uint8Array || typeof body === 'string';
    const response = await fetch(`${this.simulator.url}${path}`, {
      method,
      headers: {
        ...this.headers,
        'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json',
      },
      body: isRaw || body === undefined ? (body as string | undefined) : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
  }

  /** Submits with valid defaults. */
  submit(fields: Record<string, unknown> = {}): Promise<ApiAnswer> {
    const defaults = { audio_url: 'https://example.org/recording.wav', speech_models: ['universal-2'] };
    return this.request('POST', '/v2/transcript', { ...defaults, ...fields });
  }

  /** @returns the transcript's id */
  async submitted(fields: Record<string, unknown> = {}): Promise<string> {
    const { json } = await this.submit(fields);
    return String(json.id);
  }

  async upload(bytes: Uint8Array): Promise<string> {
    const { json } = await this.request('POST', '/v2/upload', bytes);
    return String(json.upload_url);
  }

  get(id: string): Promise<ApiAnswer> {
    return this.request('GET', `/v2/transcript/${id}`);
  }
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
