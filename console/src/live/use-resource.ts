import { useCallback, useEffect, useState } from 'preact/hooks';

export type Resource<T> =
  | { state: 'loading' }
  | { state: 'ready'; value: T }
  /** `value` is the last one that could be loaded. */
  | { state: 'failed'; error: unknown; value?: T };

export interface LoadedResource<T> {
  resource: Resource<T>;
  /** Loads again; what is shown stays until the new value is there. */
  reload: () => void;
  /** Replaces the value, after a write that returned the new one. */
  replace: (value: T) => void;
}

/**
 * Loads a value from the API, again whenever `key` changes. A request that is no longer needed is
 * aborted.
 *
 * @param key everything that the request depends on
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): LoadedResource<T> {
  const [resource, setResource] = useState<Resource<T> & { key: string }>({ state: 'loading', key });
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    const controller = new AbortController();
    setResource((before) => (before.key === key ? before : { state: 'loading', key }));
    load(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setResource({ state: 'ready', value, key });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setResource((before) =>
          before.state !== 'loading' && before.key === key && before.value !== undefined
            ? { state: 'failed', error, value: before.value, key }
            : { state: 'failed', error, key },
        );
      },
    );
    return () => {
      controller.abort();
    };
    // `load` is a new function at every rendering; `key` says when it differs.
  }, [key, turn]);

  const reload = useCallback(() => {
    setTurn((before) => before + 1);
  }, []);
  const replace = useCallback(
    (value: T) => {
      setResource({ state: 'ready', value, key });
    },
    [key],
  );
  return { resource: resource.key === key ? resource : { state: 'loading' }, reload, replace };
}
