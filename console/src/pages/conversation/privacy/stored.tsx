import { useState } from 'preact/hooks';
import type { RedactionReceipt } from '../../../api/conversation-types';
import { counted, t } from '../../../i18n/translate';
import { DeleteDialog } from '../../../parts/delete-dialog';
import type { ConversationView } from '../conversation-view';

/** Describes in sentences where data is stored, and offers to delete it. */
export function Stored({ view, receipt }: { view: ConversationView; receipt: RedactionReceipt }) {
  const [isDeleting, setDeleting] = useState(false);
  const { conversation, chunks } = view;
  const removed = chunks.filter(({ audioExpiredAt }) => audioExpiredAt !== null).length;
  const { kept, deleting, deleted } = receipt.providerCopies;
  return (
    <>
      <section>
        <h2>{t('conversation.storedHere')}</h2>
        <ul class="plain-list">
          <li>{counted('conversation.storedRecordings', chunks.length - removed)}</li>
          {removed > 0 && <li>{counted('conversation.removedRecordings', removed)}</li>}
          <li>{t(conversation.anonymize ? 'conversation.storedAnonymized' : 'conversation.storedTexts')}</li>
        </ul>
      </section>
      <section>
        <h2>{t('conversation.storedElsewhere')}</h2>
        <ul class="plain-list">
          <li>{counted('conversation.copiesKept', kept)}</li>
          {deleting > 0 && <li>{counted('conversation.copiesDeleting', deleting)}</li>}
          {deleted > 0 && <li>{counted('conversation.copiesDeleted', deleted)}</li>}
          <li>
            <ModelProvider provider={receipt.modelProvider} />
          </li>
        </ul>
      </section>
      <section>
        <h2>{t('conversation.deletion')}</h2>
        <p>{t('conversation.deletionText')}</p>
        <p>
          <button type="button" class="danger" onClick={() => setDeleting(true)}>
            {t('conversation.delete')}
          </button>
        </p>
        {isDeleting && (
          <DeleteDialog
            conversation={conversation}
            onClose={() => setDeleting(false)}
            onDeleted={view.reload}
          />
        )}
      </section>
    </>
  );
}

function ModelProvider({ provider }: { provider: RedactionReceipt['modelProvider'] }) {
  const { name, isBehindGateway, store, keeps, asOf, sources } = provider;
  if (name === null) return <>{t('conversation.noModel')}</>;
  return (
    <>
      {t('conversation.modelProvider', { name: name === 'gemini' ? 'Gemini' : 'Vertex AI' })}{' '}
      {store === false && `${t('conversation.storesNothing')} `}
      {isBehindGateway && `${t('conversation.gateway')} `}
      {keeps !== null && keeps}
      {asOf !== null && ` (${asOf})`}
      {sources.map((source) => (
        <span key={source}>
          {' '}
          <a href={source} rel="noreferrer">
            {source}
          </a>
        </span>
      ))}
    </>
  );
}
