import { correctionBudget, TRANSCRIPTION_BUDGET, type CorrectionBudget } from './budget.js';
import type { LanguageModel, ModelAnswer, ModelRequest } from './language-model.js';
import { modelMimeType } from './model-mime-type.js';
import { parseCorrection } from './parse-correction.js';
import { buildCorrectionPrompt, CORRECTION_PROMPT_VERSION, CORRECTION_SCHEMA } from './prompt.js';
import { redactPatterns } from '../redaction/redact-patterns.js';
import { buildTranscriptionPrompt, TRANSCRIPTION_PROMPT_VERSION } from './transcription-prompt.js';

export interface CorrectionInput {
  partialTranscript: string;
  hotwords: string[];
  guidance: string | null;
  /** A language code, or `auto`. */
  language: string;
  redactPii: boolean;
  /** Null when there is none to send. */
  audio: { bytes: Buffer; mimeType: string } | null;
  /** Why there is none, for the note: a short clause such as "it could not be read". */
  audioOmittedReason?: string;
  signal?: AbortSignal;
}

export interface TranscriptionInput {
  hotwords: string[];
  guidance: string | null;
  /** A language code, or `auto`. */
  language: string;
  redactPii: boolean;
  /** At most `maxAudioBytes`. */
  audio: { bytes: Buffer; mimeType: string };
  signal?: AbortSignal;
}

export interface CorrectionResult {
  /** Storable; empty when there was no intelligible speech. With `redactPii`, patterns were redacted once more. */
  text: string;
  /** A tip for the people who record, and whether the recording was used at all. May be empty. */
  note: string;
  /** The exact version that answered, else the model that was asked. */
  model: string;
  promptVersion: string;
  usage: ModelAnswer['usage'];
}

/** Corrects one chunk, or transcribes it from the recording alone, with one request. It keeps nothing, so running it twice costs twice and harms nothing. */
export class Corrector {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: { model: string; timeoutMs: number },
  ) {}

  /** The largest recording that is listened to, in bytes: what is larger need not be loaded. */
  get maxAudioBytes(): number {
    return this.model.maxInlineAudioBytes;
  }

  /**
   * @throws ProviderUnavailableError when trying again can help, an unusable answer included
   * @throws ProviderRejectedError when it cannot: the content, the request or the credentials are refused
   */
  async correct(input: CorrectionInput): Promise<CorrectionResult> {
    const audio = this.usableAudio(input);
    const budget = correctionBudget(input.partialTranscript);
    const result = await this.ask(input, {
      ...buildCorrectionPrompt({ ...input, hasAudio: audio !== undefined }),
      promptVersion: CORRECTION_PROMPT_VERSION,
      audio,
      ...budget,
    });
    const note = [result.note, this.omission(input)].filter((sentence) => sentence !== '').join(' ');
    return { ...result, note };
  }

  /** Hears the recording alone, without a first stage. Errors as `correct`. */
  async transcribe(input: TranscriptionInput): Promise<CorrectionResult> {
    return this.ask(input, {
      ...buildTranscriptionPrompt(input),
      promptVersion: TRANSCRIPTION_PROMPT_VERSION,
      audio: { bytes: input.audio.bytes, mimeType: modelMimeType(input.audio.mimeType) },
      ...TRANSCRIPTION_BUDGET,
    });
  }

  private async ask(
    input: { redactPii: boolean; signal?: AbortSignal },
    request: Pick<ModelRequest, 'systemInstruction' | 'prompt' | 'audio'> &
      CorrectionBudget & { promptVersion: string },
  ): Promise<CorrectionResult> {
    const { promptVersion, maxTextChars, ...prompt } = request;
    const answer = await this.model.generate({
      ...prompt,
      model: this.options.model,
      responseSchema: CORRECTION_SCHEMA,
      timeoutMs: this.options.timeoutMs,
      signal: input.signal,
    });
    const { correctedTranscript, note } = parseCorrection(answer.text, {
      provider: this.model.provider,
      maxTextChars,
    });
    // The model is asked to redact and mostly does; what a pattern can find is not left to it.
    const safe = (text: string): string => (input.redactPii ? redactPatterns(text).text : text);
    return {
      text: safe(correctedTranscript),
      note: safe(note),
      model: answer.modelVersion ?? this.options.model,
      promptVersion,
      usage: answer.usage,
    };
  }

  private usableAudio({ audio }: CorrectionInput): ModelRequest['audio'] {
    if (audio === null || audio.bytes.length > this.maxAudioBytes) return undefined;
    return { bytes: audio.bytes, mimeType: modelMimeType(audio.mimeType) };
  }

  /** Who reads the note must know that nobody listened. */
  private omission({ audio, audioOmittedReason }: CorrectionInput): string {
    if (audio !== null && audio.bytes.length > this.maxAudioBytes) {
      return 'The recording was too large to listen to; this is corrected from the text only.';
    }
    if (audio !== null) return '';
    const reason = audioOmittedReason === undefined ? '' : ` (${audioOmittedReason})`;
    return `The recording was not used${reason}; this is corrected from the text only.`;
  }
}
