import { useEffect, useRef } from 'preact/hooks';
import type { Change } from '../api/types';
import { onChange } from './changes';
import { useResource, type LoadedResource } from './use-resource';

/** Changes that come together are answered by one reload. */
const COALESCE_MS = 400;

/**
 * Loads a value like `useResource`, and again after changes. A reload waits for the one before, so
 * that a stream of changes does not abort all of them.
 *
 * @param isAffected says whether a change may change the value
 */
export function useLiveResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  isAffected: (change: Change) => boolean,
): LoadedResource<T> {
  const loads = useRef(0);
  const isMissed = useRef(false);
  const wake = useRef<() => void>(() => undefined);
  const loaded = useResource(key, async (signal) => {
    loads.current += 1;
    try {
      return await load(signal);
    } finally {
      loads.current -= 1;
      if (loads.current === 0 && isMissed.current) wake.current();
    }
  });
  const affected = useRef(isAffected);
  affected.current = isAffected;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    wake.current = () => {
      isMissed.current = loads.current > 0;
      if (isMissed.current) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        loaded.reload();
      }, COALESCE_MS);
    };
    const stop = onChange((change) => {
      if (change === 'reload' || affected.current(change)) wake.current();
    });
    return () => {
      stop();
      clearTimeout(timer);
      wake.current = () => undefined;
    };
  }, [loaded.reload]);
  return loaded;
}
