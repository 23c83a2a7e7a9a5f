import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { withMoment } from './location';
import type { Player } from './player/player';

/** Pause before the address is written: browsers refuse to write it many times a second. */
const WRITE_AFTER_MS = 300;

/** Keeps the moment of the player in the address, and goes to the moment of a link. */
export function useMoment(player: Player, linkedMs: number | null, jumpMs: Signal<number | null>): void {
  useEffect(() => {
    if (linkedMs === null || isSameMoment(linkedMs, player.restingMs.peek())) return;
    player.seek(linkedMs);
    jumpMs.value = linkedMs;
  }, [linkedMs, player]);

  const restingMs = player.restingMs.value;
  useEffect(() => {
    if (restingMs === null) return undefined;
    const timer = setTimeout(() => {
      // Not through the router, which would render the page for it.
      history.replaceState(history.state, '', location.pathname + withMoment(location.search, restingMs));
    }, WRITE_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [restingMs]);
}

/** Whether two moments are the same in an address. */
function isSameMoment(one: number, other: number | null): boolean {
  return other !== null && Math.round(one / 100) === Math.round(other / 100);
}
