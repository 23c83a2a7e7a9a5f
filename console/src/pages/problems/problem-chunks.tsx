import { useState } from 'preact/hooks';
import type { Problem } from '../../api/operation-types';
import { loadProblemChunks } from '../../api/problems';
import type { Chunk } from '../../api/types';
import { dateTime, t } from '../../i18n/translate';
import { useLiveResource } from '../../live/use-live-resource';
import { FailureNotice, Loading } from '../../parts/notices';
import { retryOne } from './retry-run';
import { useTitles } from './use-titles';
import { TableHead } from '../../parts/table-head';

/** A screenful; whoever has more failures retries all of them. */
const PAGE_SIZE = 20;
/** The API gives no more at once. */
const MAX_SHOWN = 200;

/** The chunks of an open problem, each with the page that shows its runs. */
export function ProblemChunks({ id, problem }: { id: string; problem: Problem }) {
  const [shown, setShown] = useState(PAGE_SIZE);
  const { resource, reload } = useLiveResource(
    `${problem.kind} ${problem.code} ${shown}`,
    (signal) => loadProblemChunks(problem, shown, signal),
    ({ kind }) => kind === 'chunk',
  );
  return (
    <div id={id} class="problem-chunks">
      {resource.state === 'loading' && <Loading />}
      {resource.state === 'failed' && <FailureNotice error={resource.error} onRetry={reload} />}
      {resource.state !== 'loading' && resource.value !== undefined && (
        <ChunkTable problem={problem} chunks={resource.value} />
      )}
      {problem.chunks > shown && shown < MAX_SHOWN && (
        <button type="button" onClick={() => setShown(Math.min(MAX_SHOWN, shown + PAGE_SIZE))}>
          {t('common.more')}
        </button>
      )}
    </div>
  );
}

function ChunkTable({ problem, chunks }: { problem: Problem; chunks: readonly Chunk[] }) {
  const titles = useTitles(chunks.map(({ conversationId }) => conversationId));
  const time = problem.kind === 'failed' ? t('problems.failedAt') : t('problems.endedAt');
  return (
    <table role="table" class="cards">
      <TableHead
        columns={[t('problems.recording'), time, t('problems.message')]}
        actions={t('problems.actions')}
      />
      <tbody role="rowgroup">
        {chunks.map((chunk) => (
          <ChunkRow
            key={chunk.id}
            chunk={chunk}
            problem={problem}
            timeLabel={time}
            title={titles.get(chunk.conversationId)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  chunk: Chunk;
  problem: Problem;
  timeLabel: string;
  /** Undefined until it is loaded. */
  title: string | undefined;
}

/** Enough of an id to tell conversations apart. */
const ID_PREFIX = 13;

function ChunkRow({ chunk, problem, timeLabel, title }: RowProps) {
  const { id, conversationId, completedAt, createdAt } = chunk;
  const shown = title ?? t('problems.unknownConversation', { id: `${conversationId.slice(0, ID_PREFIX)}…` });
  // People count from one.
  const position = chunk.position + 1;
  return (
    <tr role="row">
      <td role="cell">
        <a href={`/c/${conversationId}?tab=runs`}>{t('problems.recordingOf', { title: shown, position })}</a>
      </td>
      <td role="cell" class="number" data-label={timeLabel}>
        {dateTime(completedAt ?? createdAt)}
      </td>
      <td role="cell" data-label={t('problems.message')} lang="en">
        {messageOf(chunk) ?? problem.example}
      </td>
      <td role="cell">
        <button
          type="button"
          aria-label={t('problems.retryOneOf', { title: shown, position })}
          onClick={() => void retryOne(problem, id)}
        >
          {t('problems.retryOne')}
        </button>
      </td>
    </tr>
  );
}

/** Returns why a chunk failed, or why its text was not corrected. */
function messageOf({ error, diarization }: Chunk): string | null {
  if (error !== null) return error;
  const { error: reason } = (diarization?.data ?? {}) as { error?: unknown };
  return typeof reason === 'string' ? reason : null;
}
