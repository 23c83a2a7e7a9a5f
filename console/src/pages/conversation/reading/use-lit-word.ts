import { effect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Player } from '../player/player';
import { wordAtTime } from './find-word';
import type { Follower } from './follower';
import { markOf } from './marks';
import type { Reading } from './reading';
import type { Surface } from './surface';

/**
 * Lights the spoken word, and names it in `data-word` of the container as `<chunk id>:<index>`.
 * Nothing is rendered for it.
 *
 * @param shown number of paragraphs on the page; the word may be in one that was just added
 */
export function useLitWord(
  container: RefObject<HTMLElement | null>,
  context: { readings: readonly Reading[]; surface: Surface; player: Player; follower: Follower },
  shown: number,
): void {
  const { readings, surface, player, follower } = context;
  useEffect(() => {
    let lit: string | undefined;
    const dispose = effect(() => {
      const word = wordAtTime(readings, player.positionMs.value);
      const name = word === null ? '' : `${word.chunkId}:${word.index}`;
      if (name === lit) return;
      lit = name;
      container.current?.setAttribute('data-word', name);
      const mark = markOf('lit');
      mark?.clear();
      const range = word === null ? undefined : surface.rangeOf(readings, word);
      if (range === undefined) return;
      mark?.add(range);
      if (player.isPlaying.peek()) follower.follow(range);
    });
    return () => {
      dispose();
      markOf('lit')?.clear();
    };
  }, [readings, surface, player, follower, shown]);
}
