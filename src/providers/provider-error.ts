/**
 * What a provider's failure means for the caller, whichever provider it was. A client wraps each failure exactly once,
 * in one of these classes; nobody above it looks at a status code or a message again.
 *
 * Messages go to people (a chunk's `error`, a log line): they name the provider, what it said and what to do, and never
 * carry a key, a signed URL or a transcript. The same holds for `cause`, so the HTTP library's error is never kept there.
 */
export type ProviderName = 'assemblyai' | 'litellm' | 'gemini' | 'vertexai' | 'audio' | 'service';

export interface ProviderErrorDetails {
  provider: ProviderName;
  /** Stable word for logs and metrics, such as `throttled`; never changes for the same reason. */
  code: string;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** The provider's own id of the request, to quote in a support ticket. */
  requestId?: string;
}

export abstract class ProviderError extends Error {
  readonly provider: ProviderName;
  readonly code: string;
  readonly status?: number;
  readonly requestId?: string;

  constructor(message: string, details: ProviderErrorDetails) {
    super(message);
    this.provider = details.provider;
    this.code = details.code;
    this.status = details.status;
    this.requestId = details.requestId;
  }
}

export interface UnavailableDetails extends ProviderErrorDetails {
  /** What the provider asked us to wait, in milliseconds (its Retry-After). */
  retryAfterMs?: number;
  /**
   * True when the request may have been carried out although no good answer came (a timeout, a 5xx, a cut connection):
   * before it is sent again, look whether it was.
   */
  ambiguous: boolean;
}

/** Trying again can help: timeouts, 408, 429, 5xx, cut connections, answers that make no sense. */
export class ProviderUnavailableError extends ProviderError {
  override readonly name = 'ProviderUnavailableError';
  readonly retryAfterMs?: number;
  readonly ambiguous: boolean;

  constructor(message: string, details: UnavailableDetails) {
    super(message, details);
    this.retryAfterMs = details.retryAfterMs;
    this.ambiguous = details.ambiguous;
  }
}

/** Trying again with the same request cannot help: 4xx other than 408 and 429, a blocked prompt, a refused key. */
export class ProviderRejectedError extends ProviderError {
  override readonly name = 'ProviderRejectedError';
}

/** The provider does not know the id that we asked for. */
export class ProviderNotFoundError extends ProviderError {
  override readonly name = 'ProviderNotFoundError';
}
