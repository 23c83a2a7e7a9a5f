import type { AudioSource } from '../../audio/audio-source.js';
import type { ChunkFailure } from '../../chunks/chunk-transitions.js';
import type { ModelUse, TokenUse } from '../../chunks/texts.js';
import type { Diarization, RedactionPass, SubmissionProvider } from '../../database/schema.js';
import type { PrivacySettings } from '../first-stage-text.js';

/** A recording to be transcribed, and what is known about it. */
export interface TranscriptionRequest extends PrivacySettings {
  audio: AudioSource;
  /** A code, or `auto`; null when nobody has said, and the provider is to hear for itself. */
  language: string | null;
  /** The project's hotwords and guidance. */
  transcriptPrompt: string | null;
  /** Told of the tokens of an answer before it is judged. */
  onUsage?: (use: TokenUse) => void;
  /** Aborted: the request is cut, and its answer will not be taken. */
  signal: AbortSignal;
}

/** A final text, fit to be stored under the privacy settings it was asked with; or why it is withheld. */
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
 * A provider that answers the request with the transcript. One call is one request, without retries inside, and ends within
 * TRANSCRIBE_TIMEOUT_MS. Repeating it costs twice and harms nothing: such providers have no idempotency key and no list to
 * look in.
 *
 * Not in the port: callbacks and looks, which are AssemblyAI's way.
 */
export abstract class TranscriptionProvider {
  abstract readonly name: Exclude<SubmissionProvider, 'assemblyai'>;

  /** For a person. */
  abstract readonly title: string;

  /**
   * @throws ProviderUnavailableError when trying again can help; `ambiguous` when it may have been carried out, and paid for
   * @throws ProviderRejectedError when it cannot: the request, the recording or the key is refused, or nothing was said
   * @throws AudioMissingError, AudioUnavailableError when our own store does not have, or does not hand out, the recording
   */
  abstract transcribe(request: TranscriptionRequest): Promise<TranscriptionResult>;
}
