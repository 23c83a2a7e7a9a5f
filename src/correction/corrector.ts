import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';
import {
  type GuardedAnswer,
  MIN_SHARE_OF_DRAFT,
  type RefusalReason,
  refusalSteps,
} from './answers/answer-guard.js';
import { storable } from './answers/answer-text.js';
import { audioLimitsOf } from '../providers/language-models/audio-limits.js';
import { correctionBudget, transcriptionBudget, type CorrectionBudget } from './budget.js';
import type {
  LanguageModel,
  ModelRequest,
  ModelUsage,
  UsageListener,
} from '../providers/language-models/language-model.js';
import { unusableAnswer } from '../providers/language-models/model-failure.js';
import type { ModelList } from '../providers/language-models/model-list.js';
import { unmarkingSteps } from './answers/model-marks.js';
import { modelMimeType } from '../providers/language-models/model-mime-type.js';
import { parseCorrection } from './answers/parse-correction.js';
import { buildCorrectionPrompt, CORRECTION_PROMPT_VERSION, CORRECTION_SCHEMA } from './prompts/prompt.js';
import { THINKING_LEVELS, type ThinkingLevel } from '../providers/language-models/model-catalogue.js';
import { ProviderRejectedError } from '../providers/provider-error.js';
import { addCounts, countMarkers, type MarkerCounts } from '../redaction/count-markers.js';
import { redactPatternsInSteps } from '../redaction/redact-patterns.js';
import { finishInSteps } from '../redaction/steps.js';
import { buildTranscriptionPrompt, TRANSCRIPTION_PROMPT_VERSION } from './prompts/transcription-prompt.js';
import { usableAudio } from './usable-audio.js';
import { UsageSum } from './usage-sum.js';

interface Call {
  /** Told after each answer the tokens of all answers of this call, also of those that are refused. */
  onUsage?: UsageListener;
  signal?: AbortSignal;
  /** No further call follows: every model is asked before the text is given up. */
  isLastTry?: boolean;
  /** An earlier answer was of no use: the model is to think less, and may put out more. */
  isRepeated?: boolean;
}

export interface CorrectionInput extends Call {
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
}

export interface TranscriptionInput extends Call {
  hotwords: string[];
  guidance: string | null;
  /** A language code, or `auto`. */
  language: string;
  redactPii: boolean;
  /** At most `maxAudioBytes`. */
  audio: { bytes: Buffer; mimeType: string };
}

export interface CorrectionResult {
  /** Storable; empty when there was no intelligible speech. With `redactPii`, patterns were redacted once more. */
  text: string;
  /** A tip for the people who record, and whether the recording was used at all. May be empty. */
  note: string;
  /** The exact version that answered, else the model that was asked. */
  model: string;
  promptVersion: string;
  /** Tokens of all answers of the call. */
  usage: ModelUsage;
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
  repetitive: 'sent a text that repeats the same phrases over and over',
  words_lost: 'sent a text that has few of the words that the first stage heard',
  speaker_names: 'wrote names of speakers before the lines, which it was told not to',
};

/** Thoughts and text share the room of an answer: one that ran out of it is to think less. */
const [LEAST_THINKING] = THINKING_LEVELS;

interface Question
  extends Pick<ModelRequest, 'model' | 'systemInstruction' | 'prompt' | 'audio'>, CorrectionBudget {
  promptVersion: string;
  /** The first-stage text; null where there is none. */
  draft: string | null;
  /** A sentence for the note, when the model does not get the recording. */
  omission?: string;
}

/** Settings of the call that the answer is judged and redacted by. */
type Judged = Call & Pick<CorrectionInput, 'redactPii' | 'guidance' | 'durationSeconds'>;

/**
 * Corrects one chunk, or transcribes it from the recording alone, with one request to a model, or one to each model
 * of the list until one answers. It keeps nothing, so running it twice costs twice and harms nothing.
 */
export class Corrector {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: {
      models: ModelList;
      thinking: ThinkingLevel;
      timeoutMs: number;
      /** Told why an answer was not believed. */
      onRefusal?: (reason: RefusalReason) => void;
    },
  ) {}

  /** The largest recording that some model listens to, in bytes: what is larger need not be loaded. */
  get maxAudioBytes(): number {
    return Math.max(...this.options.models.models.map((model) => this.maxAudioBytesOf(model)));
  }

  /**
   * @throws ProviderUnavailableError when trying again can help, an unusable answer included
   * @throws ProviderRejectedError when it cannot: the content, the request or the credentials are refused
   */
  async correct(input: CorrectionInput): Promise<CorrectionResult> {
    this.requireRoom(input.partialTranscript);
    // The model gets none of what a pattern can find.
    const draft = input.redactPii
      ? await redactPatternsInSteps(input.partialTranscript)
      : { text: input.partialTranscript, counts: {} };
    const partialTranscript = draft.text;
    const { redaction, ...result } = await this.askInTurn(input, (model) => {
      const { audio, omission } = usableAudio(input.audio, {
        model,
        maxBytes: this.maxAudioBytesOf(model),
        omittedReason: input.audioOmittedReason,
      });
      return {
        model,
        ...buildCorrectionPrompt({ ...input, partialTranscript, hasAudio: audio !== undefined }),
        promptVersion: CORRECTION_PROMPT_VERSION,
        audio,
        omission,
        draft: partialTranscript,
        ...correctionBudget(model, partialTranscript, { allRoom: input.isRepeated }),
      };
    });
    return { ...result, ...(redaction && { redaction: { ...redaction, ofDraft: draft.counts } }) };
  }

  /** Hears the recording alone, without a first stage. Errors as `correct`. */
  transcribe(input: TranscriptionInput): Promise<CorrectionResult> {
    const mimeType = modelMimeType(input.audio.mimeType);
    return this.askInTurn(input, (model) => {
      if (!audioLimitsOf(model).mimeTypes.has(mimeType)) {
        throw new ProviderRejectedError(
          `The model does not take recordings in this format (${mimeType}); send MP3, WAV, M4A, Ogg, FLAC or WebM.`,
          { provider: this.model.provider, code: 'audio_format' },
        );
      }
      return {
        model,
        ...buildTranscriptionPrompt(input),
        promptVersion: TRANSCRIPTION_PROMPT_VERSION,
        audio: { bytes: input.audio.bytes, mimeType },
        draft: null,
        ...transcriptionBudget(model),
      };
    });
  }

  private askInTurn(input: Judged, questionFor: (model: string) => Question): Promise<CorrectionResult> {
    const used = new UsageSum();
    const onUsage: UsageListener = (usage) => {
      used.add(usage);
      input.onUsage?.(used.total);
    };
    return this.options.models.ask(async (model) => {
      const result = await this.ask({ ...input, onUsage }, questionFor(model));
      return { ...result, usage: used.total };
    }, input);
  }

  private async ask(
    input: Judged,
    { promptVersion, maxTextChars, draft, omission = '', ...prompt }: Question,
  ): Promise<Omit<CorrectionResult, 'usage'>> {
    const answer = await this.model.generate({
      ...prompt,
      responseSchema: CORRECTION_SCHEMA,
      thinking: input.isRepeated === true ? LEAST_THINKING : this.options.thinking,
      timeoutMs: this.options.timeoutMs,
      signal: input.signal,
      onUsage: input.onUsage,
    });
    const parsed = parseCorrection(answer.text, { provider: this.model.provider, maxTextChars });
    // Reading the answer, removing marks and judging it each take some time for the longest ones.
    await yieldToEventLoop();
    const correctedTranscript = storable(
      await finishInSteps(unmarkingSteps(parsed.correctedTranscript, draft)),
    );
    await yieldToEventLoop();
    await this.requireCredible({
      answer: correctedTranscript,
      draft,
      durationSeconds: input.durationSeconds,
      instructions: [prompt.systemInstruction, input.guidance ?? ''],
    });
    const answered = { text: correctedTranscript, note: parsed.note };
    const said = input.redactPii ? await redactAnswer(answered) : answered;
    return {
      ...said,
      note: [said.note, omission].filter((sentence) => sentence !== '').join(' '),
      model: answer.modelVersion ?? prompt.model,
      promptVersion,
    };
  }

  /** Each answer about a text that is too long would be refused, and paid for: see `too_short`. */
  private requireRoom(draft: string): void {
    const { models } = this.options.models;
    const maxChars = Math.max(...models.map((model) => correctionBudget(model, draft).maxTextChars));
    if (draft.length * MIN_SHARE_OF_DRAFT <= maxChars) return;
    throw new ProviderRejectedError(
      `The text has ${draft.length} characters, of which the model can write ${maxChars}.`,
      { provider: this.model.provider, code: 'text_too_long' },
    );
  }

  private async requireCredible(guarded: GuardedAnswer): Promise<void> {
    const reason = await finishInSteps(refusalSteps(guarded));
    if (reason === undefined) return;
    this.options.onRefusal?.(reason);
    throw unusableAnswer(this.model.provider, reason, REFUSALS[reason]);
  }

  private maxAudioBytesOf(model: string): number {
    return Math.min(this.model.maxInlineAudioBytes, audioLimitsOf(model).maxBytes);
  }
}

/** The model is asked to redact and mostly does; what a pattern can find is not left to it. */
async function redactAnswer(answer: {
  text: string;
  note: string;
}): Promise<Pick<CorrectionResult, 'text' | 'note' | 'redaction'>> {
  const text = await redactPatternsInSteps(answer.text);
  const note = await redactPatternsInSteps(answer.note);
  return {
    text: text.text,
    note: note.text,
    redaction: {
      byModel: addCounts([countMarkers(answer.text), countMarkers(answer.note)]),
      byPatterns: addCounts([text.counts, note.counts]),
    },
  };
}
