import type { TranscriptParams } from 'assemblyai';
import { assemblyAiLanguage } from '../../config/languages.js';

/**
 * In order of preference: a recording falls through to the next when a model does not know its language. The first is the most
 * accurate but knows six languages only; the second knows ninety-nine, Dutch and Ukrainian among them, and must stay last.
 * There is no default: a request without models is refused (openapi.yml of AssemblyAI/assemblyai-api-spec, `speech_models`).
 */
export const DEFAULT_SPEECH_MODELS: readonly string[] = ['universal-3-pro', 'universal-2'];

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
  /** @default DEFAULT_SPEECH_MODELS */
  speechModels?: readonly string[];
  /** AssemblyAI's codes. @default DEFAULT_EXPECTED_LANGUAGES, or all for `auto` */
  expectedLanguages?: readonly string[];
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
  const { audioUrl, hotwords, webhook } = input;
  return {
    audio_url: audioUrl,
    speech_models: [...(input.speechModels ?? DEFAULT_SPEECH_MODELS)],
    language_detection: true,
    language_detection_options: languageDetection(languageCode(input.language), input.expectedLanguages),
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
function languageDetection(
  language: string,
  expected: readonly string[] | undefined,
): TranscriptParams['language_detection_options'] {
  if (language === ANY_LANGUAGE) {
    return { ...(expected && { expected_languages: [...expected] }), fallback_language: ANY_LANGUAGE };
  }
  const all = expected ?? DEFAULT_EXPECTED_LANGUAGES;
  return { expected_languages: [...new Set([language, ...all])], fallback_language: language };
}

/** A language that AssemblyAI does not know, or what is no language at all, leaves the choice to it. */
function languageCode(language: string): string {
  return assemblyAiLanguage(language) ?? ANY_LANGUAGE;
}
