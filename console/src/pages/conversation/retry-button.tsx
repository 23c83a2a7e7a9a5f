import { useState } from 'preact/hooks';
import { retryChunk } from '../../api/problems';
import type { ChunkItem } from '../../api/types';
import { counted, t } from '../../i18n/translate';
import { announce, announceFailure } from '../../parts/announcer';

/** Tries failed chunks again; says in its label how many, when they are more than one. */
export function RetryButton({ chunks, onDone }: { chunks: readonly ChunkItem[]; onDone: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const retry = async () => {
    setBusy(true);
    try {
      for (const { id, errorCode } of chunks) {
        await retryChunk(id, { kind: 'failed', code: errorCode ?? '' });
      }
      announce(counted('conversation.retried', chunks.length));
    } catch (error) {
      announceFailure(error);
    } finally {
      setBusy(false);
      onDone();
    }
  };
  return (
    <button type="button" disabled={isBusy} onClick={() => void retry()}>
      {chunks.length === 1 ? t('common.retry') : counted('conversation.retryFailed', chunks.length)}
    </button>
  );
}
