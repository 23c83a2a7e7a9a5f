import { signal } from '@preact/signals';
import { english, type CountedMessage, type Message } from './messages';

type Values = Readonly<Record<string, string | number>>;

export const LANGUAGES = ['en', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Key of the browser's local storage. */
const STORED_LANGUAGE = 'ringback.language';

/** Language of the console; the texts of recordings keep their own. */
export const language = signal<Language>('en');
const catalogue = signal<Readonly<Record<Message, string>>>(english);

/** Uses the language that was chosen here before, else the browser's first known one. */
export async function startLanguage(): Promise<void> {
  const wanted = [localStorage.getItem(STORED_LANGUAGE) ?? '', ...navigator.languages];
  const known = wanted.map((tag) => tag.slice(0, 2)).find(isLanguage);
  if (known !== undefined && known !== 'en') await useCatalogue(known);
}

/** Changes the language of the console, and remembers it in this browser. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  localStorage.setItem(STORED_LANGUAGE, chosen);
  await useCatalogue(chosen);
}

/** Returns a message in the chosen language, with `{name}` replaced by the values. */
export function t(key: Message, values: Values = {}): string {
  return catalogue.value[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? number(value) : (value ?? whole);
  });
}

/** Returns a message whose key has a word of the API, or undefined where there is none. */
export function knownMessage(key: string): string | undefined {
  return Object.hasOwn(catalogue.value, key) ? catalogue.value[key as Message] : undefined;
}

/** Returns a message for a number of things: `<key>.one` or `<key>.other`, with `{count}`. */
export function counted(key: CountedMessage, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(language.value).select(count) === 'one' ? 'one' : 'other';
  return t(`${key as string}.${form}` as Message, { count, ...values });
}

export function number(value: number): string {
  return new Intl.NumberFormat(language.value).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: 1 }).format(share);
}

/** Formats an ISO 8601 time as date and time of day, in the reader's time zone. */
export function dateTime(iso: string): string {
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' });
  return format.format(new Date(iso));
}

/** Formats an ISO 8601 time to the second, to tell apart what happens in quick succession. */
export function exactTime(iso: string): string {
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'medium' });
  return format.format(new Date(iso));
}

/** Formats a day such as `2026-12-01`, which has no time zone. */
export function day(iso: string): string {
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeZone: 'UTC' });
  return format.format(new Date(iso));
}

/** Formats the time of day, with seconds. */
export function timeOfDay(at: Date): string {
  return new Intl.DateTimeFormat(language.value, { timeStyle: 'medium' }).format(at);
}

/** Formats a position in a recording: `1:05`, or `1:01:05` from an hour on. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3_600);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

async function useCatalogue(chosen: Language): Promise<void> {
  const messages = chosen === 'en' ? english : (await import('./nl/catalogue')).dutch;
  catalogue.value = messages;
  language.value = chosen;
  document.documentElement.lang = chosen;
}

function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag);
}
