import type { TranscriptParams } from 'assemblyai';
import { type ProviderErrorDetails, ProviderRejectedError } from '../provider-error.js';

/** Parts of a request that the same recording can be sent without. */
export type OptionalSetting = 'speaker_labels' | 'keyterms_prompt' | 'languages' | 'speech_models';

/**
 * The request was refused for a setting, not for its recording. It was definitely not carried out,
 * and another request without that setting may be accepted.
 */
export class SettingRefusedError extends ProviderRejectedError {
  constructor(
    message: string,
    details: ProviderErrorDetails,
    /** Settings that may be the cause, the likeliest first; at least one. */
    readonly settings: readonly OptionalSetting[],
    /** The provider's sanitized message. */
    readonly reason: string,
  ) {
    super(message, details);
  }
}

/**
 * Patterns of 400 messages, by the setting they mention. Known messages:
 *
 * - The following models are not available in this language: speaker_labels
 *   (https://www.assemblyai.com/docs/guides/common_errors_and_solutions)
 * - The "universal-3-pro" speech model(s) have been deprecated. Use speech_models:
 *   ["universal-3-5-pro", ...] instead.
 *   (https://github.com/TypeWhisper/typewhisper-mac/issues/1042)
 *
 * The order matters for a message that mentions several settings: a named feature is the refused
 * one, and a chunk without languages costs less than a process without a model.
 */
const PATTERNS: readonly { setting: OptionalSetting; pattern: RegExp }[] = [
  { setting: 'speaker_labels', pattern: /\bspeaker_labels\b/i },
  { setting: 'keyterms_prompt', pattern: /\bkeyterms_prompt\b/i },
  {
    setting: 'languages',
    pattern:
      /\bexpected_languages\b|\bfallback_language\b|\blanguage_detection_options\b|\blanguage[ _]codes?\b/i,
  },
  {
    setting: 'speech_models',
    pattern:
      /\bspeech[ _]models?\b|\bmodels?\b.*\b(?:not available|unavailable|unknown|not supported|deprecated|retired)\b/i,
  },
];

/** @returns settings that may be the cause of a refusal, the likeliest first, if any */
export function settingsNamedIn(reason: string): OptionalSetting[] {
  return PATTERNS.filter(({ pattern }) => pattern.test(reason)).map(({ setting }) => setting);
}

/** Start of the part of a message that lists alternatives. */
const ALTERNATIVES =
  /\b(?:use|must be|should be|one or more of|one of|choose|supported (?:models|languages|codes)|valid (?:models|languages|codes))\b/i;

/** Marks a complete list: everything not on it is refused. */
const COMPLETE_LIST = /\bone (?:or more )?of\b/i;

const QUOTED = /["'`“‘]([a-z0-9][a-z0-9_-]*)["'`”’]/gi;

/** @returns the sent models that the message names, or else the first of them */
export function refusedModels(reason: string, sent: readonly string[]): string[] {
  const { refusal, alternatives } = partsOf(reason);
  const named = sent.filter((model) => names(refusal, model));
  if (named.length > 0) return named;
  const missing = COMPLETE_LIST.test(alternatives) ? sent.filter((model) => !names(alternatives, model)) : [];
  return missing.length > 0 ? missing : sent.slice(0, 1);
}

/** @returns the models that the message offers to an account without a default */
export function offeredModels(reason: string): string[] {
  return [...partsOf(reason).alternatives.matchAll(QUOTED)].flatMap(([, model]) => model ?? []);
}

/**
 * Finds the refused language codes. Some codes are also English words (`it`, `is`, `no`), so they
 * count only where the message quotes them or lists them after a colon.
 *
 * @returns the sent languages that the message names; none when it names none
 */
export function refusedLanguages(reason: string, sent: readonly string[]): string[] {
  const { refusal } = partsOf(reason);
  const quoted = [...refusal.matchAll(QUOTED)].map(([, code = '']) => code);
  const listed = refusal.slice(refusal.lastIndexOf(':') + 1).split(/[\s,;.[\]()]+/);
  const named = new Set(
    [...quoted, ...(refusal.includes(':') ? listed : [])].map((code) => code.toLowerCase()),
  );
  return sent.filter((code) => named.has(code));
}

/** @returns the codes that a request expects or falls back to */
export function languagesSentIn({ language_detection_options: options }: TranscriptParams): string[] {
  const fallback = options?.fallback_language ?? 'auto';
  return [...new Set([...(options?.expected_languages ?? []), ...(fallback === 'auto' ? [] : [fallback])])];
}

function partsOf(reason: string): { refusal: string; alternatives: string } {
  const start = reason.search(ALTERNATIVES);
  if (start === -1) return { refusal: reason, alternatives: '' };
  return { refusal: reason.slice(0, start), alternatives: reason.slice(start) };
}

/** Compares whole ids, as one may be a prefix of another (`universal`, `universal-2`). */
function names(text: string, id: string): boolean {
  return text.split(/[^a-z0-9_-]+/i).includes(id);
}
