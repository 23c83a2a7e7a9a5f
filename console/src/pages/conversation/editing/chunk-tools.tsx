import { useState } from 'preact/hooks';
import type { ChunkItem } from '../../../api/types';
import { t } from '../../../i18n/translate';
import type { ConversationView } from '../conversation-view';
import { Revisions } from './revisions';

/** Buttons of one recording's text. */
export function ChunkTools({
  chunk,
  number,
  view,
}: {
  chunk: ChunkItem;
  number: number;
  view: ConversationView;
}) {
  const [areRevisionsOpen, setRevisionsOpen] = useState(false);
  return (
    <div class="chunk-tools">
      <button
        type="button"
        class="quiet edit-button"
        aria-label={t('conversation.editLabel', { number })}
        onClick={() => {
          view.editing.value = new Set([...view.editing.peek(), chunk.id]);
        }}
      >
        {t('conversation.edit')}
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={t('conversation.versionsLabel', { number })}
        onClick={() => setRevisionsOpen(true)}
      >
        {t('conversation.versions')}
      </button>
      {areRevisionsOpen && (
        <Revisions chunk={chunk} number={number} view={view} onClose={() => setRevisionsOpen(false)} />
      )}
    </div>
  );
}
