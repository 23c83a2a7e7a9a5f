import { t } from '../i18n/translate';
import { PageTitle } from '../parts/page-title';

export function NotFound(_props: { default?: boolean }) {
  return (
    <>
      <PageTitle title={t('notFound.title')} />
      <p>{t('notFound.text')}</p>
      <p>
        <a href="/">{t('notFound.back')}</a>
      </p>
    </>
  );
}
