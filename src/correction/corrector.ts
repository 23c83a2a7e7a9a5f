import { type GuardedAnswer, refusalOf, type RefusalReason } from './answer-guard.js';
import { audioLimitsOf } from './audio-limits.js';
import { correctionBudget, TRANSCRIPTION_BUDGET, type CorrectionBudget } from './budget.js';
import type { LanguageModel, ModelAnswer, ModelRequest } from './language-model.js';
import { unusableAnswer } from './model-failure.js';
import { modelMimeType } from './model-mime-type.js';
import { parseCorrection } from './parse-correction.js';
import { buildCorrectionPrompt, CORRECTION_PROMPT_VERSION, CORRECTION_SCHEMA } from './prompt.js';
import { ProviderRejectedError } from '../providers/provider-error.js';
import { addCounts, countMarkers, type MarkerCounts } from '../redaction/count-markers.js';
import { redactPatternsInTurns } from '../redaction/redact-patterns.js';
import { buildTranscriptionPrompt, TRANSCRIPTION_PROMPT_VERSION } from './transcription-prompt.js';

/** Told of each answer's tokens before it is judged: a refused one is paid for as well. */
export type UsageListener = (usage: ModelAnswer['usage']) => void;

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
  /** Of the recording, as the first stage measured it. */
  durationSeconds?: number;
  onUsage?: UsageListener;
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
  onUsage?: UsageListener;
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
  /**
   * With `redactPii`: what patterns found in the first-stage text, where there was one, before the model got it; markers in the
   * model's text and note; and what patterns then found in them.
   */
  redaction?: { ofDraft?: MarkerCounts; byModel: MarkerCounts; byPatterns: MarkerCounts };
}

/** For a person, who finds it beside the text that stands instead. */
const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  too_short: 'sent far less text than the first stage heard, a summary perhaps',
  too_long: 'sent far more text than the recording can explain',
  other_language: 'sent a text in another language than the first stage heard',
  prompt_leaked: 'sent a text that repeats its instructions',
};

/** Corrects one chunk, or transcribes it from the recording alone, with one request. It keeps nothing, so running it twice costs twice and harms nothing. */
export class Corrector {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: {
      model: string;
      timeoutMs: number;
      /** Told why an answer was not believed. */
      onRefusal?: (reason: RefusalReason) => void;
    },
  ) {}

  /** The largest recording that is listened to, in bytes: what is larger need not be loaded. */
  get maxAudioBytes(): number {
    return Math.min(this.model.maxInlineAudioBytes, audioLimitsOf(this.options.model).maxBytes);
  }

  /**
   * @throws ProviderUnavailableError when trying again can help, an unusable answer included
   * @throws ProviderRejectedError when it cannot: the content, the request or the credentials are refused
   */
  async correct(input: CorrectionInput): Promise<CorrectionResult> {
    const audio = this.usableAudio(input);
    // The model gets none of what a pattern can find.
    const draft = input.redactPii
      ? await redactPatternsInTurns(input.partialTranscript)
      : { text: input.partialTranscript, counts: {} };
    const partialTranscript = draft.text;
    const budget = correctionBudget(partialTranscript);
    const result = await this.ask(input, {
      ...buildCorrectionPrompt({ ...input, partialTranscript, hasAudio: audio !== undefined }),
      promptVersion: CORRECTION_PROMPT_VERSION,
      audio,
      draft: partialTranscript,
      ...budget,
    });
    const note = [result.note, this.omission(input)].filter((sentence) => sentence !== '').join(' ');
    const { redaction } = result;
    return { ...result, note, ...(redaction && { redaction: { ...redaction, ofDraft: draft.counts } }) };
  }

  /** Hears the recording alone, without a first stage. Errors as `correct`. */
  async transcribe(input: TranscriptionInput): Promise<CorrectionResult> {
    if (!this.hears(input.audio)) {
      throw new ProviderRejectedError(
        `The model does not take recordings in this format (${modelMimeType(input.audio.mimeType)}); send MP3, WAV, M4A, Ogg, FLAC or WebM.`,
        { provider: this.model.provider, code: 'audio_format' },
      );
    }
    return this.ask(input, {
      ...buildTranscriptionPrompt(input),
      promptVersion: TRANSCRIPTION_PROMPT_VERSION,
      audio: { bytes: input.audio.bytes, mimeType: modelMimeType(input.audio.mimeType) },
      draft: null,
      ...TRANSCRIPTION_BUDGET,
    });
  }

  private async ask(
    input: Pick<CorrectionInput, 'redactPii' | 'guidance' | 'durationSeconds' | 'onUsage' | 'signal'>,
    request: Pick<ModelRequest, 'systemInstruction' | 'prompt' | 'audio'> &
      CorrectionBudget & { promptVersion: string; draft: string | null },
  ): Promise<CorrectionResult> {
    const { promptVersion, maxTextChars, draft, ...prompt } = request;
    const answer = await this.model.generate({
      ...prompt,
      model: this.options.model,
      responseSchema: CORRECTION_SCHEMA,
      timeoutMs: this.options.timeoutMs,
      signal: input.signal,
    });
    input.onUsage?.(answer.usage);
    const { correctedTranscript, note } = parseCorrection(answer.text, {
      provider: this.model.provider,
      maxTextChars,
    });
    this.requireCredible({
      answer: correctedTranscript,
      draft,
      durationSeconds: input.durationSeconds,
      instructions: [prompt.systemInstruction, input.guidance ?? ''],
    });
    const said = { text: correctedTranscript, note };
    return {
      ...(input.redactPii ? await redactAnswer(said) : said),
      model: answer.modelVersion ?? this.options.model,
      promptVersion,
      usage: answer.usage,
    };
  }

  private hears({ mimeType }: { mimeType: string }): boolean {
    return audioLimitsOf(this.options.model).mimeTypes.has(modelMimeType(mimeType));
  }

  private requireCredible(guarded: GuardedAnswer): void {
    const reason = refusalOf(guarded);
    if (reason === undefined) return;
    this.options.onRefusal?.(reason);
    throw unusableAnswer(this.model.provider, reason, REFUSALS[reason]);
  }

  private usableAudio({ audio }: CorrectionInput): ModelRequest['audio'] {
    if (audio === null || audio.bytes.length > this.maxAudioBytes || !this.hears(audio)) return undefined;
    return { bytes: audio.bytes, mimeType: modelMimeType(audio.mimeType) };
  }

  /** Who reads the note must know that nobody listened. */
  private omission({ audio, audioOmittedReason }: CorrectionInput): string {
    if (audio !== null && audio.bytes.length > this.maxAudioBytes) {
      return 'The recording was too large to listen to; this is corrected from the text only.';
    }
    if (audio !== null && !this.hears(audio)) {
      return `The model does not take recordings in this format (${modelMimeType(audio.mimeType)}); this is corrected from the text only.`;
    }
    if (audio !== null) return '';
    const reason = audioOmittedReason === undefined ? '' : ` (${audioOmittedReason})`;
    return `The recording was not used${reason}; this is corrected from the text only.`;
  }
}

/** The model is asked to redact and mostly does; what a pattern can find is not left to it. */
async function redactAnswer(answer: {
  text: string;
  note: string;
}): Promise<Pick<CorrectionResult, 'text' | 'note' | 'redaction'>> {
  const text = await redactPatternsInTurns(answer.text);
  const note = await redactPatternsInTurns(answer.note);
  return {
    text: text.text,
    note: note.text,
    redaction: {
      byModel: addCounts([countMarkers(answer.text), countMarkers(answer.note)]),
      byPatterns: addCounts([text.counts, note.counts]),
    },
  };
}
