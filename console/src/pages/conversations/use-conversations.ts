import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { request } from '../../api/client';
import type { ConversationItem, Page } from '../../api/types';
import { onChange } from '../../live/changes';
import { apiQueryOf, type Filters } from './filters';
import { append, NO_ROWS, pagesOf, refresh, type LoadedPage, type Rows } from './rows';

/** Rows of a page: a screenful or two, and an answer of some ten kilobytes. */
const PAGE_SIZE = 50;
/** Changes that come together are answered by one reload. */
const COALESCE_MS = 400;

export interface ConversationList {
  rows: Rows;
  state: 'loading' | 'ready' | 'failed';
  /** Why the last request failed; the rows are those of the last one that did not. */
  error: unknown;
  isLoadingMore: boolean;
  showMore: () => void;
  reload: () => void;
  change: (change: (rows: Rows) => Rows) => void;
}

interface Loaded {
  rows: Rows;
  state: ConversationList['state'];
  error: unknown;
}

const NOTHING: Loaded = { rows: NO_ROWS, state: 'loading', error: undefined };

/**
 * Loads the list, and keeps it current: pages with changed rows are loaded again, and the first
 * page when there may be new ones.
 */
export function useConversations(filters: Filters): ConversationList {
  const key = JSON.stringify(apiQueryOf(filters));
  const [loaded, setLoaded] = useState<Loaded>(NOTHING);
  const [isLoadingMore, setLoadingMore] = useState(false);
  const isAsked = useRef(false);
  const [turn, setTurn] = useState(0);
  const rows = useRef(NO_ROWS);
  const signal = useRef<AbortSignal | undefined>(undefined);

  const set = useCallback((next: Rows) => {
    rows.current = next;
    setLoaded({ rows: next, state: 'ready', error: undefined });
  }, []);
  const load = useCallback(
    (cursor: string | null) =>
      request<Page<ConversationItem>>('conversations', {
        query: { ...(JSON.parse(key) as Record<string, string>), limit: PAGE_SIZE, cursor },
        signal: signal.current,
      }),
    [key],
  );

  const newestLoad = useRef(load);
  newestLoad.current = load;

  useEffect(() => {
    const controller = new AbortController();
    signal.current = controller.signal;
    rows.current = NO_ROWS;
    setLoaded((before) => ({ ...before, state: 'loading' }));
    load(null).then(
      (page) => {
        if (!controller.signal.aborted) set(append(NO_ROWS, page));
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setLoaded({ rows: NO_ROWS, state: 'failed', error });
      },
    );
    return () => controller.abort();
  }, [load, turn]);

  // One subscription for all filters, as the stream closes with the last one.
  useEffect(
    () => keepCurrent({ rows: () => rows.current, load: (cursor) => newestLoad.current(cursor), set }),
    [],
  );

  const showMore = useCallback(() => {
    const { nextCursor, pages } = rows.current;
    if (nextCursor === null || isAsked.current) return;
    isAsked.current = true;
    // Meanwhile the filters may change, or a reload may find the end of the list.
    const isWanted = () => rows.current.pages === pages && rows.current.nextCursor === nextCursor;
    setLoadingMore(true);
    load(nextCursor)
      .then(
        (page) => {
          if (isWanted()) set(append(rows.current, page));
        },
        (error: unknown) => {
          if (isWanted()) setLoaded((before) => ({ ...before, error }));
        },
      )
      .finally(() => {
        isAsked.current = false;
        setLoadingMore(false);
      });
  }, [load]);

  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const change = useCallback((how: (rows: Rows) => Rows) => set(how(rows.current)), []);
  return { ...loaded, isLoadingMore, showMore, reload, change };
}

/** @returns ends it */
function keepCurrent(list: {
  rows: () => Rows;
  load: (cursor: string | null) => Promise<Page<ConversationItem>>;
  set: (rows: Rows) => void;
}): () => void {
  let missed = { ids: new Set<string>(), isAll: false };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLoading = false;
  let hasEnded = false;

  const reloadPage = async (page: LoadedPage) => {
    const answer = await list.load(page.cursor);
    // Other filters have other pages.
    if (!hasEnded && list.rows().pages.includes(page)) list.set(refresh(list.rows(), page, answer));
  };
  const reloadChanged = async () => {
    timer = undefined;
    isLoading = true;
    const pages = missed.isAll ? list.rows().pages : pagesOf(list.rows(), missed.ids);
    missed = { ids: new Set(), isAll: false };
    try {
      for (const page of pages) await reloadPage(page);
    } catch {
      // The stream notices the same outage, and asks for a reload when it is over.
    } finally {
      isLoading = false;
      if (missed.ids.size > 0 || missed.isAll) wake();
    }
  };
  const wake = () => {
    if (!isLoading && !hasEnded) timer ??= setTimeout(() => void reloadChanged(), COALESCE_MS);
  };
  const stop = onChange((change) => {
    if (change === 'reload') missed.isAll = true;
    else missed.ids.add(change.conversationId);
    wake();
  });
  return () => {
    hasEnded = true;
    stop();
    clearTimeout(timer);
  };
}
