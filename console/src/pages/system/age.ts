import { t } from '../../i18n/translate';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Formats an age in its largest unit, as `5 min`: an operator looks for minutes or days. */
export function age(seconds: number): string {
  if (seconds < MINUTE) return t('age.seconds', { value: Math.round(seconds) });
  if (seconds < HOUR) return t('age.minutes', { value: Math.floor(seconds / MINUTE) });
  if (seconds < DAY) return t('age.hours', { value: Math.floor(seconds / HOUR) });
  return t('age.days', { value: Math.floor(seconds / DAY) });
}
