import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../../../i18n/translate';
import { wordOf, type WordAddress } from './find-word';
import type { Reading } from './reading';
import type { Surface } from './surface';

interface HeardTipProps {
  container: RefObject<HTMLElement | null>;
  readings: readonly Reading[];
  surface: Surface;
  /** Word at the cursor of the keyboard. */
  cursor: WordAddress | null;
}

interface Tip {
  text: string;
  left: number;
  top: number;
}

/** Width that a tip may need, in pixels; it is kept inside the window. */
const TIP_WIDTH = 260;

/** Shows what was heard in place of the changed word under the pointer or the cursor. */
export function HeardTip({ container, readings, surface, cursor }: HeardTipProps) {
  const tip = useSignal<Tip | null>(null);

  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    let frame = 0;
    const hide = () => {
      cancelAnimationFrame(frame);
      tip.value = null;
    };
    const point = ({ clientX, clientY, pointerType }: PointerEvent) => {
      if (pointerType === 'touch') return;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const found = surface.wordAt(clientX, clientY);
        tip.value = found === undefined ? null : tipOf(readings, found.word, found.range);
      });
    };
    element.addEventListener('pointermove', point, { signal, passive: true });
    element.addEventListener('pointerleave', hide, { signal });
    addEventListener('scroll', hide, { signal, passive: true });
    // A tip that covers something can be sent away (WCAG 2.2, 1.4.13).
    addEventListener('keydown', ({ key }) => key === 'Escape' && hide(), { signal });
    return () => {
      controller.abort();
      hide();
    };
  }, [readings, surface]);

  useEffect(() => {
    const range = cursor === null ? undefined : surface.rangeOf(readings, cursor);
    tip.value = cursor === null || range === undefined ? null : tipOf(readings, cursor, range);
  }, [cursor]);

  const { value } = tip;
  if (value === null) return null;
  // The cursor's word is announced with what was heard; the tip is for the eye.
  return (
    <div class="heard-tip" aria-hidden="true" style={{ left: `${value.left}px`, top: `${value.top}px` }}>
      {value.text}
    </div>
  );
}

function tipOf(readings: readonly Reading[], address: WordAddress, range: Range): Tip | null {
  const word = wordOf(readings, address);
  if (word?.origin !== 'corrected' && word?.origin !== 'edited') return null;
  const heard = word.heard ?? '';
  const text = heard === '' ? t('conversation.addedTip') : t('conversation.heardTip', { heard });
  const { left, bottom } = range.getBoundingClientRect();
  return { text, left: Math.max(8, Math.min(left, innerWidth - TIP_WIDTH)), top: bottom + 6 };
}
