import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ChunkItem } from '../../../api/types';

interface KeptFocus {
  /** Element that gets the focus; it needs `tabIndex={-1}`. */
  heading: RefObject<HTMLHeadingElement | null>;
  /** Called when an action was taken whose button is going to disappear. */
  expect: () => void;
}

/** Puts the focus on a recording's heading when the button that had it is gone after its action. */
export function useKeptFocus({ status, revision, correction }: ChunkItem): KeptFocus {
  const heading = useRef<HTMLHeadingElement>(null);
  const isExpected = useRef(false);
  useEffect(() => {
    const isGone = isExpected.current && document.activeElement === document.body;
    isExpected.current = false;
    if (isGone) heading.current?.focus({ preventScroll: true });
  }, [status, revision, correction?.windows.corrected]);
  return {
    heading,
    expect: () => {
      isExpected.current = true;
    },
  };
}
