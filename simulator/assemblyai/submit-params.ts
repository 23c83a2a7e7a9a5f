import { type Fields, isFields, isGiven } from '../fields.js';
import { languagesProblem } from './languages.js';
import { type SpeechModelRights, speechModelsProblem, speechModelUsed } from './speech-models.js';

/** Limits of phrase lists for Universal-2 alone, and for newer models (documentation of 2026). */
const MAX_KEYTERMS_UNIVERSAL_2 = 200;
const MAX_KEYTERMS = 1000;
const MAX_WORDS_PER_KEYTERM = 6;

/** Fields of the specification (openapi 1.3.4) and of SDK 4.41; any other field is a 400. */
const KNOWN_FIELDS = new Set(
  `audio_end_at audio_start_from audio_url auto_chapters auto_highlights boost_param content_safety
  content_safety_confidence custom_spelling custom_topics disfluencies domain dual_channel entity_detection
  filter_profanity format_text iab_categories keyterms_prompt keyterms_prompt_options language_code language_codes
  language_confidence_threshold language_detection language_detection_options multichannel prompt punctuate
  redact_pii redact_pii_audio redact_pii_audio_options redact_pii_audio_quality redact_pii_policies
  redact_pii_return_unredacted redact_pii_sub remove_audio_tags sentiment_analysis speaker_labels speaker_options
  speakers_expected speech_model speech_models speech_threshold speech_understanding summarization summary_model
  summary_type temperature topics webhook_auth_header_name webhook_auth_header_value webhook_url word_boost`.split(
    /\s+/,
  ),
);

const PICTURE = /\p{Extended_Pictographic}/u;

/** A valid submit. `raw` holds every field that was sent. */
export interface SubmitParams {
  readonly audioUrl: string;
  /** Models that the request named; null when it left the choice to the account. */
  readonly speechModels: readonly string[] | null;
  readonly speechModelUsed: string;
  readonly languageCode: string | null;
  readonly languageDetection: boolean;
  readonly webhookUrl: string | null;
  readonly webhookHeader: { readonly name: string; readonly value: string } | null;
  readonly redactedAudio: boolean;
  readonly raw: Readonly<Record<string, unknown>>;
}

export type ParsedSubmit = { ok: true; params: SubmitParams } | { ok: false; error: string };

const isHttpUrl = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The settings that decide what this account may request. */
export interface AccountRights extends SpeechModelRights {
  readonly refusedLanguages: readonly string[];
}

/** Each rule returns an error message, or null. The first message is the answer. */
const RULES: readonly ((fields: Fields, rights: AccountRights) => string | null)[] = [
  (fields) => {
    const unknown = Object.keys(fields).filter((name) => !KNOWN_FIELDS.has(name));
    return unknown.length > 0
      ? `Invalid endpoint schema, please refer to documentation for examples. Unknown field: ${unknown.join(', ')}`
      : null;
  },
  ({ audio_url }) => (isHttpUrl(audio_url) ? null : '"audio_url" is required and must start with http(s)'),
  speechModelsProblem,
  ({ keyterms_prompt, speech_models }) => keytermsProblem(keyterms_prompt, speech_models),
  ({ keyterms_prompt, prompt }) =>
    isGiven(keyterms_prompt) && isGiven(prompt)
      ? '"prompt" cannot be used together with "keyterms_prompt"'
      : null,
  ({ language_code, language_detection }) =>
    isGiven(language_code) && language_detection === true
      ? '"language_code" cannot be used together with "language_detection"'
      : null,
  (fields, { refusedLanguages }) => languagesProblem(fields, refusedLanguages),
  ({ word_boost }) => (isGiven(word_boost) ? '"word_boost" is not supported, use "keyterms_prompt"' : null),
  ({ webhook_url }) =>
    isGiven(webhook_url) && !isHttpUrl(webhook_url) ? '"webhook_url" must start with http(s)' : null,
  ({ webhook_auth_header_name, webhook_auth_header_value }) =>
    isGiven(webhook_auth_header_name) === isGiven(webhook_auth_header_value)
      ? null
      : '"webhook_auth_header_name" and "webhook_auth_header_value" must be given together',
];

function keytermsProblem(keyterms: unknown, models: unknown): string | null {
  if (!isGiven(keyterms)) {
    return null;
  }
  if (!isTextList(keyterms)) {
    return '"keyterms_prompt" must be a list of strings';
  }
  const onlyUniversal2 = isTextList(models) && models.every((model) => model === 'universal-2');
  const maximum = onlyUniversal2 ? MAX_KEYTERMS_UNIVERSAL_2 : MAX_KEYTERMS;
  if (keyterms.length > maximum) {
    return `"keyterms_prompt" may have at most ${maximum} phrases`;
  }
  if (keyterms.some((term) => term.trim().split(/\s+/).length > MAX_WORDS_PER_KEYTERM)) {
    return `"keyterms_prompt" phrases may have at most ${MAX_WORDS_PER_KEYTERM} words`;
  }
  return keyterms.some((term) => PICTURE.test(term)) ? '"keyterms_prompt" has unsupported characters' : null;
}

/** Parses the body of POST /v2/transcript by the rules of the real provider. */
export function parseSubmit(body: unknown, rights: AccountRights): ParsedSubmit {
  if (!isFields(body)) {
    return { ok: false, error: 'Invalid endpoint schema, please refer to documentation for examples.' };
  }
  for (const rule of RULES) {
    const error = rule(body, rights);
    if (error !== null) {
      return { ok: false, error };
    }
  }
  const name = textOrNull(body.webhook_auth_header_name);
  const value = textOrNull(body.webhook_auth_header_value);
  const speechModels = isTextList(body.speech_models) ? body.speech_models : null;
  return {
    ok: true,
    params: {
      audioUrl: String(body.audio_url),
      speechModels,
      speechModelUsed: speechModelUsed(speechModels, rights),
      languageCode: textOrNull(body.language_code),
      languageDetection: body.language_detection === true,
      webhookUrl: textOrNull(body.webhook_url),
      webhookHeader: name !== null && value !== null ? { name, value } : null,
      redactedAudio: body.redact_pii_audio === true,
      raw: body,
    },
  };
}

/** Reads the `submission` that Ringback puts into its webhook URL. */
export function submissionOf(webhookUrl: unknown): string | null {
  return isHttpUrl(webhookUrl) ? new URL(webhookUrl).searchParams.get('submission') : null;
}
