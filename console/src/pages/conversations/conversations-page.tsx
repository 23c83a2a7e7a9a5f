import { t } from '../../i18n/translate';
import { PageTitle } from '../../parts/page-title';

export default function ConversationsPage(_props: { path?: string }) {
  return <PageTitle title={t('nav.conversations')} />;
}
