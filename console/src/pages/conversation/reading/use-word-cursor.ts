import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { clock, t } from '../../../i18n/translate';
import type { Player } from '../player/player';
import { neighborParagraph, neighborWord, wordFromTime, wordOf, type WordAddress } from './find-word';
import { bringIntoView } from './follower';
import { markOf } from './marks';
import type { Reading } from './reading';
import type { Surface } from './surface';

interface WordCursor {
  /** The word at the cursor; null while the text has no focus. */
  word: Signal<WordAddress | null>;
  /** Announcement for screen readers. */
  spoken: string;
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: () => void;
  onBlur: () => void;
  /** Puts the cursor at a word, where the keyboard goes on. */
  put: (word: WordAddress) => void;
}

/** A cursor that goes from word to word by the arrow keys; Enter plays its word. */
export function useWordCursor(readings: readonly Reading[], surface: Surface, player: Player): WordCursor {
  const word = useSignal<WordAddress | null>(null);
  const last = useSignal<WordAddress | null>(null);

  useEffect(() => {
    const mark = markOf('cursor');
    mark?.clear();
    const range = word.value === null ? undefined : surface.rangeOf(readings, word.value);
    if (range === undefined) return;
    mark?.add(range);
    bringIntoView(range);
  }, [word.value, readings, surface]);
  useEffect(() => () => markOf('cursor')?.clear(), []);

  const go = (to: WordAddress | null) => {
    if (to === null) return;
    word.value = to;
    last.value = to;
  };
  const start = () => last.peek() ?? wordFromTime(readings, player.positionMs.peek());

  return {
    word,
    spoken: word.value === null ? '' : spokenWord(readings, word.value),
    onFocus: () => go(start()),
    onBlur: () => {
      word.value = null;
    },
    put: (to) => {
      last.value = to;
    },
    onKeyDown: (event) => {
      // Its buttons and fields keep their own keys.
      if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
      const from = word.peek() ?? start();
      if (from === null) return;
      const to = target(readings, from, event.key);
      if (to !== undefined) {
        event.preventDefault();
        go(to);
      } else if (event.key === 'Enter') {
        event.preventDefault();
        const at = wordOf(readings, from);
        if (at !== undefined) player.playFrom(at.start);
      }
    },
  };
}

/** @returns undefined for a key that does not move the cursor */
function target(
  readings: readonly Reading[],
  from: WordAddress,
  key: string,
): WordAddress | null | undefined {
  switch (key) {
    case 'ArrowRight':
      return neighborWord(readings, from, 1);
    case 'ArrowLeft':
      return neighborWord(readings, from, -1);
    case 'ArrowDown':
      return neighborParagraph(readings, from, 1);
    case 'ArrowUp':
      return neighborParagraph(readings, from, -1);
    default:
      return undefined;
  }
}

function spokenWord(readings: readonly Reading[], address: WordAddress): string {
  const word = wordOf(readings, address);
  if (word === undefined) return '';
  const heard = word.origin === undefined || word.origin === 'heard' ? undefined : word.heard;
  const time = clock(word.start);
  if (heard === undefined) return t('conversation.wordAt', { word: word.text, time });
  return heard === ''
    ? t('conversation.addedWordAt', { word: word.text, time })
    : t('conversation.changedWordAt', { word: word.text, heard, time });
}
