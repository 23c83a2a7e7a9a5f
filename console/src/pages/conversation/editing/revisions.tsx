import { useState } from 'preact/hooks';
import { request } from '../../../api/client';
import type { Revision } from '../../../api/conversation-types';
import type { ChunkItem, Page } from '../../../api/types';
import { dateTime, t } from '../../../i18n/translate';
import { useResource } from '../../../live/use-resource';
import { announce, announceFailure } from '../../../parts/announcer';
import { Dialog } from '../../../parts/dialog';
import { FailureNotice, Loading } from '../../../parts/notices';
import type { ConversationView } from '../conversation-view';

interface RevisionsProps {
  chunk: ChunkItem;
  number: number;
  view: ConversationView;
  onClose: () => void;
}

/** Lists the texts that a chunk has had, and brings one back. */
export function Revisions({ chunk, number, view, onClose }: RevisionsProps) {
  const [isBusy, setBusy] = useState(false);
  const { resource, reload } = useResource(chunk.id, (signal) => allRevisions(chunk.id, signal));

  const restore = async (revision: number) => {
    setBusy(true);
    try {
      await request(`chunks/${chunk.id}/revisions/${revision}/restore`, { method: 'POST' });
      await view.refreshText();
      announce(t('conversation.restored', { revision }));
      onClose();
    } catch (error) {
      announceFailure(error);
      setBusy(false);
    }
  };

  return (
    <Dialog title={t('conversation.versionsLabel', { number })} onClose={onClose}>
      {resource.state === 'loading' && <Loading />}
      {resource.state === 'failed' && <FailureNotice error={resource.error} onRetry={reload} />}
      {resource.state === 'ready' && (
        <ol class="revisions">
          {resource.value.map((revision) => (
            <RevisionRow
              key={revision.revision}
              revision={revision}
              isBusy={isBusy}
              onRestore={() => void restore(revision.revision)}
            />
          ))}
        </ol>
      )}
      <div class="actions">
        <button type="button" onClick={onClose}>
          {t('common.close')}
        </button>
      </div>
    </Dialog>
  );
}

interface RevisionRowProps {
  revision: Revision;
  isBusy: boolean;
  onRestore: () => void;
}

function RevisionRow({
  revision: { revision, origin, text, madeBy, createdAt, current },
  ...row
}: RevisionRowProps) {
  return (
    <li class="revision">
      <div>
        <p>
          {t(`conversation.revision.${origin}`)}
          {madeBy !== null && ` · ${madeBy}`}
        </p>
        <p class="small">
          {t('conversation.version', { revision })} · <time dateTime={createdAt}>{dateTime(createdAt)}</time>
        </p>
      </div>
      {current ? (
        <strong class="small">{t('conversation.currentVersion')}</strong>
      ) : (
        <button
          type="button"
          disabled={row.isBusy}
          aria-label={t('conversation.restoreVersion', { revision })}
          onClick={row.onRestore}
        >
          {t('conversation.restore')}
        </button>
      )}
      <details>
        <summary>{t('conversation.showText')}</summary>
        <p class="revision-text">{text === '' ? t('conversation.nothingSaid') : text}</p>
      </details>
    </li>
  );
}

async function allRevisions(chunkId: string, signal: AbortSignal): Promise<Revision[]> {
  const all: Revision[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Revision> = await request(`chunks/${chunkId}/revisions`, { query: { cursor }, signal });
    all.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}
