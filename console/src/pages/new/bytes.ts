import { language } from '../../i18n/translate';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
const STEP = 1_000;

/** Formats a number of bytes in the largest unit of which there is at least one. */
export function bytes(count: number): string {
  const power = count < STEP ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const format = new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    maximumFractionDigits: 1,
  });
  return format.format(count / STEP ** power);
}
