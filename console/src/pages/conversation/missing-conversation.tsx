import { request } from '../../api/client';
import type { Deletion } from '../../api/conversation-types';
import { counted, dateTime, t } from '../../i18n/translate';
import { useResource } from '../../live/use-resource';
import { Loading } from '../../parts/notices';
import { PageTitle } from '../../parts/page-title';

/** Says that a conversation was deleted, and what is still to be removed; or that it never was. */
export function MissingConversation({ id }: { id: string }) {
  const { resource, reload } = useResource(id, (signal) =>
    request<Deletion>(`conversations/${encodeURIComponent(id)}/deletion`, { signal }),
  );
  if (resource.state === 'loading') return <Loading />;
  if (resource.state === 'failed') {
    return (
      <>
        <PageTitle title={t('conversation.missing')} />
        <p>{t('notFound.text')}</p>
        <p>
          <a href="/">{t('notFound.back')}</a>
        </p>
      </>
    );
  }
  const { status, requestedAt, deletedAt, audioDeletedAt, providerCopies, error } = resource.value;
  return (
    <>
      <PageTitle title={t('conversation.deleted')} />
      <p>
        {status === 'deleted' && deletedAt !== null
          ? t('conversation.deletedText', { when: dateTime(deletedAt) })
          : t('conversation.deletingText', { when: dateTime(requestedAt) })}
      </p>
      {status === 'deleting' && (
        <>
          <ul class="plain-list">
            <li>
              {audioDeletedAt === null
                ? t('conversation.recordingsLeft')
                : t('conversation.recordingsDeleted')}
            </li>
            <li>{counted('conversation.copiesLeft', providerCopies.pending)}</li>
            {error !== null && <li class="problem">{error}</li>}
          </ul>
          <p>
            <button type="button" onClick={reload}>
              {t('conversation.checkAgain')}
            </button>
          </p>
        </>
      )}
      <p>
        <a href="/">{t('notFound.back')}</a>
      </p>
    </>
  );
}
