/**
 * Classifies failures of all providers for the callers. A client wraps each failure exactly once,
 * in one of these classes; no caller reads a status code or a message again.
 *
 * Messages are for people (a chunk's `error`, a log line): they name the provider, its reason and
 * what to do, and never contain a key, a signed URL or a transcript. The same applies to `cause`,
 * so the HTTP library's error is never kept there.
 */
export type ProviderName = 'assemblyai' | 'litellm' | 'gemini' | 'vertexai' | 'audio' | 'service';

export interface ProviderErrorDetails {
  provider: ProviderName;
  /**
   * Stable code for logs and metrics, such as `throttled`; it never changes for the same reason.
   */
  code: string;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** The provider's id of the request, to quote in a support ticket. */
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
  /** Requested pause in milliseconds (the provider's Retry-After). */
  retryAfterMs?: number;
  /**
   * True when the request may have been carried out although no usable answer came (a timeout, a
   * 5xx, a broken connection): check this before sending it again.
   */
  ambiguous: boolean;
}

/** A retry can help: timeouts, 408, 429, 5xx, broken connections, invalid answers. */
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

/** A retry cannot help: 4xx other than 408 and 429, a blocked prompt, a refused key. */
export class ProviderRejectedError extends ProviderError {
  override readonly name = 'ProviderRejectedError';
}

/** The provider does not know the requested id. */
export class ProviderNotFoundError extends ProviderError {
  override readonly name = 'ProviderNotFoundError';
}
