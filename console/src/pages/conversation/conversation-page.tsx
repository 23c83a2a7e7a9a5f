import { t } from '../../i18n/translate';
import { PageTitle } from '../../parts/page-title';

export default function ConversationPage(_props: { path?: string }) {
  return <PageTitle title={t('nav.conversations')} />;
}
