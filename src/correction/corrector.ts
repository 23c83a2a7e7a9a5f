import { yieldForLongText } from '../event-loop/yield-to-event-loop.js';
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
import { artifactRemovalSteps } from './answers/model-artifacts.js';
import { modelMimeType } from '../providers/language-models/model-mime-type.js';
import { parseCorrection } from './answers/parse-correction.js';
import { buildCorrectionPrompt, CORRECTION_PROMPT_VERSION, CORRECTION_SCHEMA } from './prompts/prompt.js';
import { THINKING_LEVELS, type ThinkingLevel } from '../providers/language-models/model-catalog.js';
import { ProviderRejectedError } from '../providers/provider-error.js';
import { addCounts, countMarkers, type MarkerCounts } from '../redaction/count-markers.js';
import { redactPatternsInSteps } from '../redaction/redact-patterns.js';
import { finishInSteps } from '../redaction/steps.js';
import { buildTranscriptionPrompt, TRANSCRIPTION_PROMPT_VERSION } from './prompts/transcription-prompt.js';
import { usableAudio } from './usable-audio.js';
import { UsageSum } from './usage-sum.js';
import { withoutNeighbors, type Neighbors } from './windows/seams.js';

interface Call {
  /**
   * Receives, after each answer, the tokens of all answers of this call, including refused ones.
   */
  onUsage?: UsageListener;
  signal?: AbortSignal;
  /** Whether no further call follows, so that every model is tried before the text is given up. */
  isLastTry?: boolean;
  /** Whether an earlier answer was unusable: the model should think less, and may output more. */
  isRepeated?: boolean;
}

export interface CorrectionInput extends Call {
  partialTranscript: string;
  hotwords: string[];
  guidance: string | null;
  /** A language code, or `auto`. */
  language: string;
  redactPii: boolean;
  /** Null when there is no recording to send. */
  audio: { bytes: Buffer; mimeType: string } | null;
  /** Why there is no recording, for the note: a short clause such as "it could not be read". */
  audioOmittedReason?: string;
  /** Duration of the recording, as the first stage measured it. */
  durationSeconds?: number;
  /**
   * Words before and after the text that the recording contains, where it is a slice that begins
   * before the text and ends after it. Redacted where it is requested.
   */
  neighbors?: Neighbors;
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
  /**
   * Storable; empty when there was no intelligible speech. With `redactPii`, patterns were redacted
   * once more.
   */
  text: string;
  /** A tip for the people who record. May be empty. */
  note: string;
  usedAudio: boolean;
  /** Sentence that says why the recording was not used; undefined when it was. */
  audioOmitted?: string;
  /** The exact version that answered, else the requested model. */
  model: string;
  promptVersion: string;
  /** Tokens of all answers of the call. */
  usage: ModelUsage;
  /**
   * With `redactPii`: findings of the patterns in the first-stage text, if any, before it is sent
   * to the model; markers in the model's text and note; and further findings of the patterns in
   * them.
   */
  redaction?: { ofDraft?: MarkerCounts; byModel: MarkerCounts; byPatterns: MarkerCounts };
}

/** Messages for people, stored beside the first-stage text that is used instead. */
const REFUSAL_MESSAGES: Readonly<Record<RefusalReason, string>> = {
  too_short: 'sent far less text than the first stage heard, a summary perhaps',
  too_long: 'sent far more text than the recording can explain',
  other_language: 'sent a text in another language than the first stage heard',
  prompt_leaked: 'sent a text that repeats its instructions',
  repetitive: 'sent a text that repeats the same phrases over and over',
  words_lost: 'sent a text that has few of the words that the first stage heard',
  speaker_names: 'wrote names of speakers before the lines, against its instructions',
};

/** Thoughts and text share the output limit: a model that exceeded it should think less. */
const [LEAST_THINKING] = THINKING_LEVELS;

interface PreparedRequest
  extends Pick<ModelRequest, 'model' | 'systemInstruction' | 'prompt' | 'audio'>, CorrectionBudget {
  promptVersion: string;
  /** The first-stage text; null when there is none. */
  draft: string | null;
  /** Sentence for people, when the recording is not sent to the model. */
  omission?: string;
}

/** Settings of the call by which the answer is checked and redacted. */
type AnswerContext = Call & Pick<CorrectionInput, 'redactPii' | 'guidance' | 'durationSeconds' | 'neighbors'>;

/**
 * Corrects one chunk, or transcribes it from the recording alone. Sends one request to each model
 * of the list until one answers. Stateless: running it twice costs twice, but is safe.
 */
export class Corrector {
  constructor(
    private readonly model: LanguageModel,
    private readonly options: {
      models: ModelList;
      thinking: ThinkingLevel;
      timeoutMs: number;
      /** Receives the reason for each refused answer. */
      onRefusal?: (reason: RefusalReason) => void;
    },
  ) {}

  /**
   * Size in bytes of the largest recording that any model accepts; a larger one need not be loaded.
   */
  get maxAudioBytes(): number {
    return Math.max(...this.options.models.models.map((model) => this.maxAudioBytesOf(model)));
  }

  /**
   * @throws ProviderUnavailableError when a retry can help, also after an unusable answer
   * @throws ProviderRejectedError when a retry cannot help: the content, the request or the
   * credentials are refused
   */
  async correct(input: CorrectionInput): Promise<CorrectionResult> {
    this.requireWritableLength(input.partialTranscript);
    // Everything that a pattern can find is redacted before the text is sent to the model.
    const draft = input.redactPii
      ? await redactPatternsInSteps(input.partialTranscript)
      : { text: input.partialTranscript, counts: {} };
    const partialTranscript = draft.text;
    const { redaction, ...result } = await this.tryModels(input, (model) => {
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
        ...correctionBudget(model, partialTranscript, { useFullLimit: input.isRepeated }),
      };
    });
    return { ...result, ...(redaction && { redaction: { ...redaction, ofDraft: draft.counts } }) };
  }

  /**
   * Transcribes the recording alone, without a first stage. Throws the same errors as `correct`.
   */
  transcribe(input: TranscriptionInput): Promise<CorrectionResult> {
    const mimeType = modelMimeType(input.audio.mimeType);
    return this.tryModels(input, (model) => {
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

  /**
   * Judges the joined text of all windows, when the last one arrives. Each window may be
   * acceptable, and the whole not: a model may have written the same passage for each of them.
   *
   * @param draft first-stage text of the whole recording
   * @throws ProviderUnavailableError when it is refused; the last window may be tried again
   */
  async judgeWhole(text: string, draft: string): Promise<void> {
    await this.requireAcceptable({ answer: text, draft, instructions: [] });
  }

  private tryModels(
    input: AnswerContext,
    requestFor: (model: string) => PreparedRequest,
  ): Promise<CorrectionResult> {
    const used = new UsageSum();
    const onUsage: UsageListener = (usage) => {
      used.add(usage);
      input.onUsage?.(used.total);
    };
    return this.options.models.ask(async (model) => {
      const result = await this.request({ ...input, onUsage }, requestFor(model));
      return { ...result, usage: used.total };
    }, input);
  }

  private async request(
    input: AnswerContext,
    { promptVersion, maxTextChars, draft, omission, ...prompt }: PreparedRequest,
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
    // Parsing, cleaning and checking each take some time for the longest answers.
    await yieldForLongText(answer.text.length);
    const cleaned = storable(await finishInSteps(artifactRemovalSteps(parsed.correctedTranscript, draft)));
    const correctedTranscript =
      input.neighbors === undefined ? cleaned : withoutNeighbors(cleaned, draft ?? '', input.neighbors);
    await yieldForLongText(answer.text.length);
    await this.requireAcceptable({
      answer: correctedTranscript,
      draft,
      durationSeconds: input.durationSeconds,
      instructions: [prompt.systemInstruction, input.guidance ?? ''],
    });
    const corrected = { text: correctedTranscript, note: parsed.note };
    const redacted = input.redactPii ? await redactAnswer(corrected) : corrected;
    return {
      ...redacted,
      usedAudio: prompt.audio !== undefined,
      audioOmitted: omission,
      model: answer.modelVersion ?? prompt.model,
      promptVersion,
    };
  }

  /**
   * Refuses a draft that is too long to be rewritten: its answers would be refused as `too_short`,
   * but billed.
   */
  private requireWritableLength(draft: string): void {
    const { models } = this.options.models;
    const maxChars = Math.max(...models.map((model) => correctionBudget(model, draft).maxTextChars));
    if (draft.length * MIN_SHARE_OF_DRAFT <= maxChars) return;
    throw new ProviderRejectedError(
      `The text has ${draft.length} characters, of which the model can write ${maxChars}.`,
      { provider: this.model.provider, code: 'text_too_long' },
    );
  }

  private async requireAcceptable(guarded: GuardedAnswer): Promise<void> {
    const reason = await finishInSteps(refusalSteps(guarded));
    if (reason === undefined) return;
    this.options.onRefusal?.(reason);
    throw unusableAnswer(this.model.provider, reason, REFUSAL_MESSAGES[reason]);
  }

  private maxAudioBytesOf(model: string): number {
    return Math.min(this.model.maxInlineAudioBytes, audioLimitsOf(model).maxBytes);
  }
}

/**
 * Redacts patterns in the answer: the model is asked to redact and mostly does, but patterns are
 * reliable.
 */
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
