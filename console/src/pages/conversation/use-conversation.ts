import { useCallback, useEffect, useRef } from 'preact/hooks';
import { request } from '../../api/client';
import type { ChunkItem, Conversation, Page, Recording, Transcript } from '../../api/types';
import { onChange } from '../../live/changes';
import { useResource, type Resource } from '../../live/use-resource';

/** The largest page that the API gives. */
const PAGE_SIZE = 100;
/** Changes of many chunks within this time lead to one reload, in milliseconds. */
const RELOAD_PAUSE_MS = 700;

interface LoadedConversation {
  conversation: Resource<Conversation>;
  chunks: Resource<ChunkItem[]>;
  recordings: Resource<Recording[]>;
  transcript: Resource<Transcript>;
  reload: () => void;
  replaceConversation: (conversation: Conversation) => void;
  refreshText: () => Promise<void>;
}

/** Loads a conversation, and loads what changed again as the service reports it. */
export function useConversation(id: string): LoadedConversation {
  const conversation = useResource(id, (signal) => request<Conversation>(`conversations/${id}`, { signal }));
  const chunks = useResource(id, (signal) => allChunks(id, signal));
  const recordings = useResource(id, (signal) => allRecordings(id, signal));
  const transcript = useResource(id, (signal) => loadTranscript(id, signal));

  const reload = useCallback(() => {
    conversation.reload();
    chunks.reload();
  }, [conversation.reload, chunks.reload]);
  useLiveReload(id, reload);

  const texts = textsOf(chunks.resource);
  const shownTexts = useRef<string | null>(null);
  useEffect(() => {
    if (texts === null) return;
    const before = shownTexts.current;
    shownTexts.current = texts;
    if (before === null || before === texts) return;
    transcript.reload();
    recordings.reload();
  }, [texts]);

  const refreshText = useCallback(async () => {
    transcript.replace(await loadTranscript(id));
    reload();
  }, [id, transcript.replace, reload]);
  return {
    conversation: conversation.resource,
    chunks: chunks.resource,
    recordings: recordings.resource,
    transcript: transcript.resource,
    reload,
    replaceConversation: conversation.replace,
    refreshText,
  };
}

/** Reloads on changes of this conversation, at most once in a while. */
function useLiveReload(id: string, reload: () => void): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChange((change) => {
      if (change !== 'reload' && change.conversationId !== id) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, RELOAD_PAUSE_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [id, reload]);
}

/** Names the texts that the transcript holds: it is loaded again only when one of them changed. */
function textsOf(chunks: Resource<ChunkItem[]>): string | null {
  if (chunks.state !== 'ready') return null;
  return chunks.value
    .filter(({ status }) => status === 'completed')
    .map(({ id, revision, completedAt }) => `${id} ${revision} ${completedAt ?? ''}`)
    .join('\n');
}

async function allChunks(id: string, signal: AbortSignal): Promise<ChunkItem[]> {
  const all: ChunkItem[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<ChunkItem> = await request(`conversations/${id}/chunks`, {
      query: { limit: PAGE_SIZE, cursor },
      signal,
    });
    all.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}

async function allRecordings(id: string, signal: AbortSignal): Promise<Recording[]> {
  return request<Recording[]>(`conversations/${id}/audio`, { signal });
}

async function loadTranscript(id: string, signal?: AbortSignal): Promise<Transcript> {
  return request<Transcript>(`conversations/${id}/transcript`, {
    query: { format: 'json', include: 'changes' },
    signal,
  });
}
