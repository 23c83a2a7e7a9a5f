import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { SKIP_MS, type Player } from './player';

/** Key of the browser's local storage. */
const STORED_LETTERS = 'ringback.letterKeys';

/**
 * Whether letters are shortcuts. They can be turned off for speech input, which would press them
 * by accident (WCAG 2.2, 2.1.4).
 */
export const lettersWork = signal(localStorage.getItem(STORED_LETTERS) !== 'off');

export function setLettersWork(work: boolean): void {
  lettersWork.value = work;
  localStorage.setItem(STORED_LETTERS, work ? 'on' : 'off');
}

/** Controls that use these keys themselves. */
const TYPING = 'input:not([type=range]), textarea, select, [contenteditable]';
const PRESSING = `${TYPING}, button, a, summary, dialog`;

/** Makes Space play and pause, and J and L skip, wherever nothing is typed or pressed. */
export function useShortcuts(player: Player): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      const isIn = (selector: string) => target instanceof Element && target.closest(selector) !== null;
      if (event.key === ' ' && !isIn(PRESSING)) {
        event.preventDefault();
        player.toggle();
      }
      if (!lettersWork.peek() || isIn(TYPING) || isIn('dialog')) return;
      if (event.key === 'j' || event.key === 'J') player.skip(-SKIP_MS);
      if (event.key === 'l' || event.key === 'L') player.skip(SKIP_MS);
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [player]);
}
