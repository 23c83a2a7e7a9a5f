import { useEffect } from 'preact/hooks';
import { request } from '../../../api/client';
import type { ProcessingEvent } from '../../../api/conversation-types';
import { counted, t } from '../../../i18n/translate';
import { useResource } from '../../../live/use-resource';
import { EmptyState, FailureNotice, Loading } from '../../../parts/notices';
import type { ConversationView } from '../conversation-view';
import { ChunkRuns } from './chunk-runs';
import { StepList } from './step-list';
import { stepsOf } from './steps';

/** Entries that the API gives of a processing log; of a longer one the end is missing. */
const LOG_PAGE = 500;

/** Shows the jobs of each recording on a timeline. */
export function RunsTab({ view }: { view: ConversationView }) {
  const { conversation, chunks } = view;
  const { resource, reload } = useResource(conversation.id, (signal) =>
    request<ProcessingEvent[]>(`conversations/${conversation.id}/events`, { signal }),
  );
  const states = chunks.map(({ status }) => status).join();
  useEffect(() => {
    if (resource.state === 'ready') reload();
  }, [states, conversation.status, conversation.summary === null]);

  if (resource.state === 'loading') return <Loading />;
  if (resource.state === 'failed') return <FailureNotice error={resource.error} onRetry={reload} />;
  if (chunks.length === 0) {
    return (
      <EmptyState title={t('conversation.noRuns')}>
        <p>{t('conversation.emptyHint')}</p>
      </EmptyState>
    );
  }
  const events = resource.value;
  const ofAll = stepsOf(
    events.filter(({ chunkId }) => chunkId === null),
    conversation.finishedAt ?? conversation.createdAt,
  ).filter(({ kind }) => kind !== 'waiting');
  return (
    <section class="runs" aria-label={t('conversation.tab.runs')}>
      <p class="small">{counted('conversation.recordings', chunks.length)}</p>
      {chunks.map((chunk, index) => (
        <ChunkRuns
          key={chunk.id}
          chunk={chunk}
          number={index + 1}
          events={events.filter(({ chunkId }) => chunkId === chunk.id)}
          isComplete={events.length < LOG_PAGE}
          view={view}
        />
      ))}
      {ofAll.length > 0 && (
        <section class="chunk-runs">
          <div class="chunk-head">
            <h2>{t('conversation.whole')}</h2>
          </div>
          <StepList steps={ofAll} />
        </section>
      )}
    </section>
  );
}
