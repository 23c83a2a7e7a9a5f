import type { TranscriptParams } from 'assemblyai';
import { assemblyAiLanguage } from '../../config/languages.js';
import { DEFAULT_SPEECH_MODELS } from './speech-models.js';

/**
 * What a conversation whose language is known may turn out to be in instead. Detection wants 15 seconds of speech and chunks
 * are short: a choice among a few is right more often than one among ninety-nine. `auto` leaves all of them open.
 */
export const DEFAULT_EXPECTED_LANGUAGES: readonly string[] = ['en', 'nl', 'de', 'fr', 'es', 'it', 'pt', 'uk'];

/** The header that carries the shared secret back to us; the only proof that AssemblyAI's callbacks have. */
export const WEBHOOK_SECRET_HEADER = 'X-AssemblyAI-Webhook-Secret';

/** Any of the languages; as a fallback: whichever of the expected ones fits best. */
const ANY_LANGUAGE = 'auto';

export interface SubmitRequestInput {
  /** Where AssemblyAI fetches the recording: a signed URL, or what `upload` gave. */
  audioUrl: string;
  /** The conversation's language: a tag such as `nl` or `en-GB`, or `auto`. */
  language: string;
  /** From `parseHotwords`. */
  hotwords: readonly string[];
  /** None: the account's own default. @default DEFAULT_SPEECH_MODELS */
  speechModels?: readonly string[];
  /** AssemblyAI's codes. @default DEFAULT_EXPECTED_LANGUAGES, or all for `auto` */
  expectedLanguages?: readonly string[];
  /** Codes that must not be sent, as AssemblyAI refuses them: as if they had never been chosen. */
  refusedLanguages?: ReadonlySet<string>;
  /** Speakers are told apart, by letters that hold within this recording. */
  speakerLabels?: boolean;
  /** Webhook strategy only. */
  webhook?: {
    /** From `callbackUrl`. */
    url: string;
    /** @default WEBHOOK_SECRET_HEADER */
    headerName?: string;
    secret: string;
  };
}

/**
 * What is asked of AssemblyAI for one recording.
 *
 * The language is always detected, with the conversation's as what it falls back to: people switch languages, and settings are
 * wrong. Without any speech the job then fails, which costs nothing, instead of completing empty, which is billed.
 */
export function buildSubmitRequest(input: SubmitRequestInput): TranscriptParams {
  const { audioUrl, hotwords, webhook, speechModels = DEFAULT_SPEECH_MODELS } = input;
  return {
    audio_url: audioUrl,
    ...(speechModels.length > 0 && { speech_models: [...speechModels] }),
    language_detection: true,
    language_detection_options: languageDetection(input),
    ...(input.speakerLabels === true && { speaker_labels: true }),
    ...(hotwords.length > 0 && { keyterms_prompt: [...hotwords] }),
    ...(webhook && {
      webhook_url: webhook.url,
      webhook_auth_header_name: webhook.headerName ?? WEBHOOK_SECRET_HEADER,
      webhook_auth_header_value: webhook.secret,
    }),
  };
}

/** A fallback that is not among the expected languages is refused, so it is made one of them. */
function languageDetection(input: SubmitRequestInput): TranscriptParams['language_detection_options'] {
  const isUsable = (code: string): boolean => input.refusedLanguages?.has(code) !== true;
  const code = languageCode(input.language);
  const language = isUsable(code) ? code : ANY_LANGUAGE;
  const expected = input.expectedLanguages?.filter(isUsable);
  if (language === ANY_LANGUAGE) {
    const isLimited = expected !== undefined && expected.length > 0;
    return { ...(isLimited && { expected_languages: expected }), fallback_language: ANY_LANGUAGE };
  }
  const all = expected ?? DEFAULT_EXPECTED_LANGUAGES.filter(isUsable);
  return { expected_languages: [...new Set([language, ...all])], fallback_language: language };
}

/** A language that AssemblyAI does not know, or what is no language at all, leaves the choice to it. */
export function languageCode(language: string): string {
  return assemblyAiLanguage(language) ?? ANY_LANGUAGE;
}
