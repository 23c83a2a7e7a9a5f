import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChunkItem } from '../../../api/types';
import { newsOf } from './progress';

/** Tells screen readers how far corrections are, and how they end. */
export function CorrectionNews({ chunks }: { chunks: readonly ChunkItem[] }) {
  const [spoken, setSpoken] = useState('');
  const known = useRef(new Map<string, string | null>());
  useEffect(() => {
    const fresh = chunks.flatMap((chunk, index) => {
      const news = newsOf(chunk, index + 1);
      const before = known.current.get(chunk.id);
      known.current.set(chunk.id, news);
      // News of before the page was opened are read with the page.
      return news === null || before === undefined || before === news ? [] : [news];
    });
    if (fresh.length > 0) setSpoken(fresh.join(' '));
  }, [chunks]);
  return (
    <p class="visually-hidden" role="status">
      {spoken}
    </p>
  );
}
