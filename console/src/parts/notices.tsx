import type { ComponentChildren } from 'preact';
import { ApiError } from '../api/client';
import { t } from '../i18n/translate';
import { failureText } from './announcer';

export function Loading() {
  return (
    <p class="loading" role="status">
      {t('common.loading')}
    </p>
  );
}

/** Says why something could not be loaded, with the request's id for whoever reads the log. */
export function FailureNotice({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <section class="notice failure" role="alert">
      <h2>{t('common.failed')}</h2>
      <p>{failureText(error)}</p>
      {error instanceof ApiError && error.requestId !== null && (
        <p class="small">{t('common.requestId', { id: error.requestId })}</p>
      )}
      <button type="button" onClick={onRetry}>
        {t('common.retry')}
      </button>
    </section>
  );
}

/** The state of a list without entries: says why it is empty and what to do. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="notice empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
