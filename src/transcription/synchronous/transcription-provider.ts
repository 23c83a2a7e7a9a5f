import type { AudioSource } from '../../audio/audio-source.js';
import type { ChunkFailure } from '../../chunks/chunk-transitions.js';
import type { ModelUse, TokenUse } from '../../chunks/texts.js';
import type { Diarization, RedactionPass, SubmissionProvider } from '../../database/schema.js';
import type { PrivacySettings } from '../first-stage-text.js';

/** A recording to transcribe, with its settings. */
export interface TranscriptionRequest extends PrivacySettings {
  audio: AudioSource;
  /** A code, or `auto`; null when nobody has chosen one, so that the provider detects it. */
  language: string | null;
  /** The project's hotwords and guidance. */
  transcriptPrompt: string | null;
  /** Receives the token usage of an answer before the answer is checked. */
  onUsage?: (use: TokenUse) => void;
  /** Aborts the request; its answer will not be stored. */
  signal: AbortSignal;
}

/** A final text, storable under the request's privacy settings, or why it is withheld. */
export type TranscriptionResult =
  | {
      kind: 'text';
      transcript: string;
      diarization: Diarization;
      modelUse?: ModelUse;
      redaction?: RedactionPass[];
      isRedacted: boolean;
    }
  | ({ kind: 'withheld' } & ChunkFailure);

/**
 * A provider that answers a request with the transcript. One call is one request without internal
 * retries, and ends within TRANSCRIBE_TIMEOUT_MS. Repeating a request costs twice but does no harm:
 * such providers have neither an idempotency key nor a list to search.
 *
 * Callbacks and checks are not in this interface: they are specific to AssemblyAI.
 */
export abstract class TranscriptionProvider {
  abstract readonly name: Exclude<SubmissionProvider, 'assemblyai'>;

  /** Name in messages for people. */
  abstract readonly title: string;

  /**
   * @throws ProviderUnavailableError when a retry can help; `ambiguous` when the request may have
   *   been carried out and paid for
   * @throws ProviderRejectedError when a retry cannot help: the request, the recording or the key
   *   is refused, or there is no speech
   * @throws AudioMissingError, AudioUnavailableError when our own store does not have, or cannot
   *   deliver, the recording
   */
  abstract transcribe(request: TranscriptionRequest): Promise<TranscriptionResult>;
}
