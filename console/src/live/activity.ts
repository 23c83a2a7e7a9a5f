import { computed, signal } from '@preact/signals';
import type { Message } from '../i18n/messages';

/** Work that goes on while other pages are shown, and ends when the tab is closed. */
export interface Activity {
  label: Message;
  /** Page that shows it. */
  path: string;
}

const running = signal<readonly Activity[]>([]);

/** The work that was begun last; undefined when there is none. */
export const activity = computed(() => running.value.at(-1));

/**
 * Says that work has begun. Until it ends, the browser asks before the tab is closed, and all pages
 * link to it.
 *
 * @returns ends it
 */
export function beginActivity(begun: Activity): () => void {
  if (running.peek().length === 0) addEventListener('beforeunload', askBeforeLeaving);
  running.value = [...running.peek(), begun];
  return () => {
    running.value = running.peek().filter((one) => one !== begun);
    if (running.peek().length === 0) removeEventListener('beforeunload', askBeforeLeaving);
  };
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
