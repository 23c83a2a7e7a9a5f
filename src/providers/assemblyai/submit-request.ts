import type { TranscriptParams } from 'assemblyai';
import { assemblyAiLanguage } from '../../config/languages.js';
import { DEFAULT_SPEECH_MODELS } from './speech-models.js';

/**
 * Languages expected besides the known language of a conversation. Detection needs 15 seconds of
 * speech and chunks are short: a choice among a few is right more often than among ninety-nine.
 * `auto` allows all of them.
 */
const DEFAULT_EXPECTED_LANGUAGES: readonly string[] = ['en', 'nl', 'de', 'fr', 'es', 'it', 'pt', 'uk'];

/** Header that carries the shared secret back to us; the only proof of AssemblyAI's callbacks. */
export const WEBHOOK_SECRET_HEADER = 'X-AssemblyAI-Webhook-Secret';

/** Any language; as a fallback, the best match among the expected languages. */
const ANY_LANGUAGE = 'auto';

export interface SubmitRequestInput {
  /** URL from which AssemblyAI fetches the recording: a signed URL, or the result of `upload`. */
  audioUrl: string;
  /** The conversation's language: a tag such as `nl` or `en-GB`, or `auto`. */
  language: string;
  /** From `parseHotwords`. */
  hotwords: readonly string[];
  /** Empty: the account's own default. @default DEFAULT_SPEECH_MODELS */
  speechModels?: readonly string[];
  /** AssemblyAI's language codes. @default DEFAULT_EXPECTED_LANGUAGES, or all for `auto` */
  expectedLanguages?: readonly string[];
  /** Codes that AssemblyAI refuses; they are treated as if they had not been chosen. */
  refusedLanguages?: ReadonlySet<string>;
  /** Whether speakers are distinguished, by letters that are valid within this recording. */
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
 * Builds the request for one recording.
 *
 * The language is always detected, with the conversation's language as the fallback: people switch
 * languages, and settings are wrong. Without any speech the job then fails, which costs nothing,
 * instead of completing with an empty text, which is billed.
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

/**
 * AssemblyAI refuses a fallback that is not among the expected languages, so it is added to them.
 */
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

/** Returns AssemblyAI's code, or `auto` for an unknown or invalid language. */
export function languageCode(language: string): string {
  return assemblyAiLanguage(language) ?? ANY_LANGUAGE;
}
