import { signal } from '@preact/signals';

/** Height of the spoken word in the window: high enough to read on. */
const READING_LINE = 0.35;
/** Space above and below in which a word is not comfortable to read, in pixels. */
const MARGIN = 96;

/** Keys that scroll a page. */
const SCROLLING_KEYS = new Set(['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown']);

/** Keeps the spoken word in the window, until the person scrolls elsewhere. */
export class Follower {
  readonly isFollowing = signal(true);

  /** @returns stops listening to scrolling */
  attach(): () => void {
    const controller = new AbortController();
    const stop = () => {
      this.isFollowing.value = false;
    };
    const { signal } = controller;
    addEventListener('wheel', stop, { signal, passive: true });
    addEventListener('touchmove', stop, { signal, passive: true });
    addEventListener(
      'keydown',
      ({ key, target }) => {
        const isControl = target instanceof Element && target.closest('input, select, textarea') !== null;
        if (SCROLLING_KEYS.has(key) && !isControl) stop();
      },
      { signal },
    );
    addEventListener(
      'pointerdown',
      // Right of the page there is only its scroll bar.
      ({ clientX }) => {
        if (clientX >= document.documentElement.clientWidth) stop();
      },
      { signal },
    );
    return () => {
      controller.abort();
    };
  }

  /** Scrolls to the spoken word when it is not comfortable to read. */
  follow(range: Range): void {
    if (this.isFollowing.peek()) bringIntoView(range);
  }
}

/** Scrolls until a word can be read; does nothing when it can. */
export function bringIntoView(range: Range, { always = false }: { always?: boolean } = {}): void {
  const { top, bottom } = range.getBoundingClientRect();
  const player = document.querySelector('.player')?.getBoundingClientRect().height ?? 0;
  if (!always && top >= MARGIN && bottom <= innerHeight - player - MARGIN) return;
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  // A long way is jumped: what would fly by is not read, and costs its layout.
  const isFar = Math.abs(top) > innerHeight * 2;
  scrollTo({
    top: scrollY + top - innerHeight * READING_LINE,
    behavior: isCalm || isFar || always ? 'instant' : 'smooth',
  });
}
