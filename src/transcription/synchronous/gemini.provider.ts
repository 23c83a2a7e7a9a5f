import { DIARIZATION_SCHEMAS } from '../../chunks/diarization-schemas.js';
import type { AudioStorage } from '../../audio/audio-storage.js';
import { DEFAULT_LANGUAGE } from '../../config/languages.js';
import type { CorrectionResult, Corrector, TranscriptionInput } from '../../correction/corrector.js';
import { redactionPasses } from '../../correction/redaction-passes.js';
import { ProviderUnavailableError } from '../../providers/provider-error.js';
import type { OutboundAgents } from '../../outbound/outbound-agents.js';
import { parseHotwords } from '../../providers/assemblyai/hotwords.js';
import { loadRequestAudio } from './request-audio.js';
import {
  TranscriptionProvider,
  type TranscriptionRequest,
  type TranscriptionResult,
} from './transcription-provider.js';

/** Schema names by which clients of the API recognize the data. */

/**
 * Runs both stages in one request to a model that understands audio. The text is final, and
 * redacted if requested.
 */
export class GeminiProvider extends TranscriptionProvider {
  readonly name = 'gemini';
  readonly title = 'The model';

  constructor(
    private readonly corrector: Corrector,
    private readonly storage: AudioStorage,
    private readonly agents: OutboundAgents,
  ) {
    super();
  }

  async transcribe(request: TranscriptionRequest): Promise<TranscriptionResult> {
    const { signal, transcriptPrompt, anonymize } = request;
    const audio = await loadRequestAudio({
      storage: this.storage,
      agents: this.agents,
      source: request.audio,
      maxBytes: this.corrector.maxAudioBytes,
      signal,
    });
    const result = await this.request({
      audio,
      hotwords: parseHotwords(transcriptPrompt).phrases,
      guidance: transcriptPrompt,
      language: request.language ?? DEFAULT_LANGUAGE,
      redactPii: request.redactPii || anonymize,
      onUsage: request.onUsage,
      signal,
    });
    return {
      kind: 'text',
      transcript: result.text,
      diarization: {
        schema: anonymize ? DIARIZATION_SCHEMAS.anonymized : DIARIZATION_SCHEMAS.gemini,
        data: { note: result.note, raw: {}, error: null },
      },
      redaction: redactionPasses(result, { isDraftStored: false }),
      isRedacted: request.redactPii || anonymize,
      modelUse: { model: result.model, promptVersion: result.promptVersion, ...result.usage },
    };
  }

  /**
   * Marks every error but a 429 as ambiguous: the request may have been carried out and paid for,
   * above all when its answer is unusable.
   */
  private async request(input: TranscriptionInput): Promise<CorrectionResult> {
    try {
      return await this.corrector.transcribe(input);
    } catch (error) {
      if (!(error instanceof ProviderUnavailableError) || error.code === 'throttled') throw error;
      const { provider, code, status, retryAfterMs } = error;
      throw new ProviderUnavailableError(error.message, {
        provider,
        code,
        status,
        retryAfterMs,
        ambiguous: true,
      });
    }
  }
}
