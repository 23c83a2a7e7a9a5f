import { signal } from '@preact/signals';
import { ApiError } from '../api/client';
import { knownMessage, t } from '../i18n/translate';

/** Time that a message stays on the screen, in milliseconds; enough to read two lines. */
const SHOWN_MS = 8_000;

interface Announcement {
  text: string;
  isFailure: boolean;
}

const current = signal<Announcement | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells the result of an action, on the screen and to screen readers. */
export function announce(text: string): void {
  show({ text, isFailure: false });
}

/** Tells why an action failed. */
export function announceFailure(error: unknown): void {
  show({ text: failureText(error), isFailure: true });
}

/** Returns sentences for a person about a failed request. */
export function failureText(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.status === 0) return t('common.offline');
  return knownMessage(`error.${error.code}`) ?? error.problems.join('\n');
}

function show(announcement: Announcement): void {
  clearTimeout(timer);
  current.value = announcement;
  timer = setTimeout(() => {
    current.value = null;
  }, SHOWN_MS);
}

/** The place where announcements appear; it exists from the start, so that they are read aloud. */
export function Announcements() {
  const shown = current.value;
  return (
    <div class="announcements" role="status" aria-live="polite">
      {shown !== null && (
        <div class={shown.isFailure ? 'announcement failure' : 'announcement'}>
          <p>{shown.text}</p>
          <button class="quiet" type="button" onClick={() => (current.value = null)}>
            {t('common.close')}
          </button>
        </div>
      )}
    </div>
  );
}
