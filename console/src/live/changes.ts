import { signal } from '@preact/signals';
import { apiUrl } from '../api/client';
import type { Change } from '../api/types';

/** A change, or `reload` when changes may have been missed. */
type Handler = (change: Change | 'reload') => void;

/** The pause between two reloads while there is no stream. */
const POLL_MS = 5_000;

const handlers = new Set<Handler>();
let source: EventSource | undefined;
let poll: ReturnType<typeof setInterval> | undefined;

/** Whether changes arrive as they happen; otherwise pages load again every few seconds. */
export const isLive = signal(false);

/**
 * Reports changes of chunks and conversations. All callers share one stream, which is opened for
 * the first and closed after the last. The browser resumes a broken stream by itself; when the
 * service refuses it, callers are asked to load again at intervals.
 *
 * @returns ends the subscription
 */
export function onChange(handler: Handler): () => void {
  handlers.add(handler);
  if (handlers.size === 1) open();
  return () => {
    handlers.delete(handler);
    if (handlers.size === 0) close();
  };
}

function open(): void {
  source = new EventSource(apiUrl('stream'));
  source.addEventListener('open', () => {
    isLive.value = true;
    clearInterval(poll);
    poll = undefined;
  });
  source.addEventListener('error', () => {
    isLive.value = false;
    poll ??= setInterval(reload, POLL_MS);
  });
  for (const kind of ['chunk', 'conversation'] as const) {
    source.addEventListener(kind, (event: MessageEvent<string>) => {
      const change = { kind, ...(JSON.parse(event.data) as Omit<Change, 'kind'>) };
      for (const handler of handlers) handler(change);
    });
  }
  source.addEventListener('reset', () => {
    tellAll('reload');
  });
}

function reload(): void {
  tellAll('reload');
  if (source?.readyState !== EventSource.CLOSED) return;
  source.close();
  open();
}

function tellAll(change: Change | 'reload'): void {
  for (const handler of handlers) handler(change);
}

function close(): void {
  source?.close();
  source = undefined;
  clearInterval(poll);
  poll = undefined;
  isLive.value = false;
}
