import type { TranscriptParams } from 'assemblyai';
import { type ProviderErrorDetails, ProviderRejectedError } from '../../providers/provider-error.js';

/** Parts of a request that the same recording can be sent without. */
export type OptionalSetting = 'speaker_labels' | 'keyterms_prompt' | 'languages' | 'speech_models';

/**
 * The request was refused for a setting, not for its recording. It was definitely not carried out, and
 * another request without that setting may be accepted.
 */
export class SettingRefusedError extends ProviderRejectedError {
  constructor(
    message: string,
    details: ProviderErrorDetails,
    /** Settings that it may be about, the likeliest first; at least one. */
    readonly settings: readonly OptionalSetting[],
    /** The provider's words, fit to be shown. */
    readonly said: string,
  ) {
    super(message, details);
  }
}

/**
 * Sentences of a 400, by the setting that they speak of. Known ones:
 *
 * - The following models are not available in this language: speaker_labels
 *   (https://www.assemblyai.com/docs/guides/common_errors_and_solutions)
 * - The "universal-3-pro" speech model(s) have been deprecated. Use speech_models: ["universal-3-5-pro", ...] instead.
 *   (https://github.com/TypeWhisper/typewhisper-mac/issues/1042)
 *
 * The order matters where a sentence speaks of several: a named feature is what is refused, and a chunk
 * that goes without languages costs less than a process that goes without a model.
 */
const SENTENCES: readonly { setting: OptionalSetting; says: RegExp }[] = [
  { setting: 'speaker_labels', says: /\bspeaker_labels\b/i },
  { setting: 'keyterms_prompt', says: /\bkeyterms_prompt\b/i },
  {
    setting: 'languages',
    says: /\bexpected_languages\b|\bfallback_language\b|\blanguage_detection_options\b|\blanguage[ _]codes?\b/i,
  },
  {
    setting: 'speech_models',
    says: /\bspeech[ _]models?\b|\bmodels?\b.*\b(?:not available|unavailable|unknown|not supported|deprecated|retired)\b/i,
  },
];

/** @returns the settings that a refusal may be about, the likeliest first; none when it is about something else */
export function settingsNamedIn(said: string): OptionalSetting[] {
  return SENTENCES.filter(({ says }) => says.test(said)).map(({ setting }) => setting);
}

/** From here on a sentence tells what may be sent instead. */
const ALTERNATIVES =
  /\b(?:use|must be|should be|one or more of|one of|choose|supported (?:models|languages|codes)|valid (?:models|languages|codes))\b/i;

/** The list is complete: what is not on it is refused. */
const COMPLETE_LIST = /\bone (?:or more )?of\b/i;

const QUOTED = /["'`“‘]([a-z0-9][a-z0-9_-]*)["'`”’]/gi;

/** @returns those of the models sent that the sentence names, or else the first of them */
export function refusedModels(said: string, sent: readonly string[]): string[] {
  const { refusal, alternatives } = partsOf(said);
  const named = sent.filter((model) => names(refusal, model));
  if (named.length > 0) return named;
  const missing = COMPLETE_LIST.test(alternatives) ? sent.filter((model) => !names(alternatives, model)) : [];
  return missing.length > 0 ? missing : sent.slice(0, 1);
}

/** @returns the models that the sentence asks for, for an account that has no default */
export function offeredModels(said: string): string[] {
  return [...partsOf(said).alternatives.matchAll(QUOTED)].flatMap(([, model]) => model ?? []);
}

/**
 * Codes are words of English, too (`it`, `is`, `no`): they count only where the sentence quotes them,
 * or lists them after a colon.
 *
 * @returns the languages of those sent that the sentence names; none when it does not say which
 */
export function refusedLanguages(said: string, sent: readonly string[]): string[] {
  const { refusal } = partsOf(said);
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

function partsOf(said: string): { refusal: string; alternatives: string } {
  const start = said.search(ALTERNATIVES);
  if (start === -1) return { refusal: said, alternatives: '' };
  return { refusal: said.slice(0, start), alternatives: said.slice(start) };
}

/** Ids hold hyphens, and one may begin like another (`universal`, `universal-2`). */
function names(text: string, id: string): boolean {
  return text.split(/[^a-z0-9_-]+/i).includes(id);
}
