import { session } from '../../api/session';
import { t } from '../../i18n/translate';
import { EmptyState } from '../../parts/notices';

/** Explains events, with the command that adds the first endpoint. */
export function NoDeliveries() {
  const key = session.value?.required === true ? ` \\\n  -H "authorization: Bearer $API_KEY"` : '';
  const command =
    `curl ${location.origin}/api/projects/$PROJECT/event-endpoints${key} \\\n` +
    `  -H 'content-type: application/json' \\\n` +
    `  -d '{"url": "https://example.org/ringback-events", "types": ["conversation.transcribed"]}'`;
  return (
    <EmptyState title={t('deliveries.none')}>
      <p>{t('deliveries.noneText')}</p>
      <pre class="command" lang="en">
        <code>{command}</code>
      </pre>
      <p>{t('deliveries.noneAfter')}</p>
    </EmptyState>
  );
}
