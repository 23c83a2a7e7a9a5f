import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ConversationView } from '../conversation-view';
import { wordOf } from './find-word';
import type { Reading } from './reading';
import type { Surface } from './surface';

/** Point at which the reader looks, as shares of the window's width and height. */
const EYE = { x: 0.5, y: 0.35 };
/** Distances below it at which text is looked for, in pixels: it may be between two paragraphs. */
const LINES = [0, 30, 60, 90];

/** Comes back to the same place of the text after another tab was shown. */
export function useReadingPlace(
  view: ConversationView,
  readings: readonly Reading[],
  surface: Surface,
): void {
  const { jumpMs, player, follower } = view;
  const placeMs = useRef<number | null>(null);
  // Other effects end later, when the next tab has already scrolled.
  useLayoutEffect(() => {
    const remember = () => {
      placeMs.current = scrollY === 0 ? null : placeOf(readings, surface);
    };
    addEventListener('scrollend', remember);
    return () => {
      removeEventListener('scrollend', remember);
    };
  }, [readings, surface]);
  useLayoutEffect(
    () => () => {
      const isWithVoice = player.isPlaying.peek() && follower.isFollowing.peek();
      jumpMs.value = isWithVoice ? player.positionMs.peek() : placeMs.current;
    },
    [],
  );
}

function placeOf(readings: readonly Reading[], surface: Surface): number | null {
  for (const line of LINES) {
    const found = surface.wordNear(innerWidth * EYE.x, innerHeight * EYE.y + line);
    const word = found === undefined ? undefined : wordOf(readings, found);
    if (word !== undefined) return word.start;
  }
  return null;
}
