import { language } from '../../../i18n/translate';

const MINUTE_MS = 60_000;

/** Formats a duration for reading: milliseconds, seconds, or minutes and seconds. */
export function duration(ms: number): string {
  if (ms < 1_000) return unit(Math.round(ms), 'millisecond');
  if (ms < MINUTE_MS) return unit(Math.round(ms / 100) / 10, 'second');
  const minutes = unit(Math.floor(ms / MINUTE_MS), 'minute');
  return `${minutes} ${unit(Math.round((ms % MINUTE_MS) / 1_000), 'second')}`;
}

function unit(value: number, name: 'millisecond' | 'second' | 'minute'): string {
  const format = new Intl.NumberFormat(language.value, { style: 'unit', unit: name, unitDisplay: 'short' });
  return format.format(value);
}
