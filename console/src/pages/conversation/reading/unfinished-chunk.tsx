import { request } from '../../../api/client';
import type { Chunk, ChunkItem } from '../../../api/types';
import { t } from '../../../i18n/translate';
import { useResource } from '../../../live/use-resource';
import type { ConversationView } from '../conversation-view';
import { RetryButton } from '../retry-button';

/** A chunk that is not completed: its first text as soon as it exists, or why it failed. */
export function UnfinishedChunk({ chunk, view }: { chunk: ChunkItem; view: ConversationView }) {
  if (chunk.status === 'failed') {
    return (
      <div class="chunk-failure">
        <p>{chunk.error ?? t('conversation.failedWithoutReason')}</p>
        {chunk.audioExpiredAt === null && <RetryButton chunks={[chunk]} onDone={view.reload} />}
      </div>
    );
  }
  const hasText = chunk.status === 'correcting' || chunk.status === 'completed';
  return hasText ? <FirstText chunk={chunk} /> : <p class="nothing">{t('conversation.textComes')}</p>;
}

/** The text of the first stage, or the present one, until the corrected one takes its place. */
function FirstText({ chunk }: { chunk: ChunkItem }) {
  const { resource } = useResource(`${chunk.id} ${chunk.revision}`, (signal) =>
    request<Chunk>(`chunks/${chunk.id}`, { signal }),
  );
  const isAsHeard = chunk.modelUse.model === null && chunk.editedAt === null;
  const text = resource.state === 'ready' ? resource.value.transcript : null;
  if (text === null) return <p class="nothing">{t('conversation.textComes')}</p>;
  return (
    <div class="first-text">
      <p class="small">{t(isAsHeard ? 'conversation.firstText' : 'conversation.presentText')}</p>
      <p>{text}</p>
    </div>
  );
}
