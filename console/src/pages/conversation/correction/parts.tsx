import { useState } from 'preact/hooks';
import { loadParts } from '../../../api/corrections';
import type { ChunkItem } from '../../../api/types';
import { counted, t } from '../../../i18n/translate';
import { useLiveResource } from '../../../live/use-live-resource';
import { FailureNotice, Loading } from '../../../parts/notices';
import type { ConversationView } from '../conversation-view';
import { PartRow } from './part-row';
import { TableHead } from '../../../parts/table-head';

interface PartsProps {
  chunk: ChunkItem;
  /** Position of the recording, counted from 1. */
  number: number;
  view: ConversationView;
}

/** The parts in which a recording is corrected. They are loaded when they are opened. */
export function Parts({ chunk, number, view }: PartsProps) {
  const [isOpen, setOpen] = useState(false);
  const total = chunk.correction?.windows.total ?? 0;
  return (
    <details class="parts" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{counted('conversation.partsOfCorrection', total)}</summary>
      {isOpen && <PartTable chunk={chunk} number={number} view={view} />}
    </details>
  );
}

function PartTable({ chunk, number, view }: PartsProps) {
  const { resource, reload } = useLiveResource(
    chunk.id,
    (signal) => loadParts(chunk.id, signal),
    ({ chunkId }) => chunkId === chunk.id,
  );
  if (resource.state === 'loading') return <Loading />;
  if (resource.state === 'failed' && resource.value === undefined) {
    return <FailureNotice error={resource.error} onRetry={reload} />;
  }
  const parts = resource.value ?? [];
  if (parts.length === 0) return <p class="nothing">{t('conversation.noParts')}</p>;
  const columns = [
    t('conversation.column.part'),
    t('conversation.column.time'),
    t('conversation.column.state'),
    t('conversation.column.sound'),
    t('conversation.column.tokens'),
  ];
  return (
    <table role="table" class="cards part-table" aria-label={t('conversation.partsLabel', { number })}>
      <TableHead columns={columns} />
      <tbody role="rowgroup">
        {parts.map((part) => (
          <PartRow key={part.ordinal} part={part} chunk={chunk} number={number} view={view} />
        ))}
      </tbody>
    </table>
  );
}
