import { percent, t } from '../../i18n/translate';
import { FailureNotice } from '../../parts/notices';
import type { Upload, UploadBatch } from '../../uploads/upload-batch';
import { uploadProblem } from '../../uploads/upload-problem';

/** Files while they are sent. */
export function UploadPanel({ batch }: { batch: UploadBatch }) {
  const uploads = batch.uploads.value;
  const accepted = uploads.filter(({ state }) => state === 'accepted').length;
  const isStuck = uploads.every(({ state }) => state !== 'waiting' && state !== 'sending');
  return (
    <section class="uploads" tabIndex={-1} aria-label={t('new.uploads')}>
      <p role="status">{t('new.uploaded', { accepted, count: uploads.length })}</p>
      <ol class="files">
        {uploads.map((upload) => (
          <li key={upload.token}>
            <UploadRow upload={upload} batch={batch} />
          </li>
        ))}
      </ol>
      {batch.finishError.value !== null && (
        <FailureNotice error={batch.finishError.value} onRetry={() => void batch.finish()} />
      )}
      {isStuck && accepted < uploads.length && (
        <div class="actions">
          <a class="button" href={`/c/${batch.conversationId}`} onClick={() => batch.end()}>
            {t('new.leave')}
          </a>
        </div>
      )}
    </section>
  );
}

function UploadRow({ upload, batch }: { upload: Upload; batch: UploadBatch }) {
  const { token, file, state, share, error } = upload;
  const isPending = state === 'waiting' || state === 'sending';
  return (
    <>
      <span class="file-name">{file.name}</span>
      <span class={state === 'failed' ? 'problem small' : 'small'}>
        {t(`new.upload.${state}`, { share: percent(share) })}
      </span>
      <span class="file-buttons">
        {state !== 'accepted' && (
          // One button for both, which keeps the focus.
          <button type="button" onClick={() => (isPending ? batch.cancel(token) : batch.retry(token))}>
            {t(isPending ? 'common.cancel' : 'common.retry')}
            <span class="visually-hidden"> {file.name}</span>
          </button>
        )}
        {state !== 'accepted' && !isPending && (
          <button
            class="quiet"
            type="button"
            onClick={({ currentTarget }) => {
              currentTarget.closest<HTMLElement>('.uploads')?.focus();
              batch.remove(token);
            }}
          >
            {t('new.leaveOut')}
            <span class="visually-hidden"> {file.name}</span>
          </button>
        )}
      </span>
      {isPending && <progress max={1} value={share} aria-label={t('new.progress', { name: file.name })} />}
      {error !== null && state !== 'accepted' && <p class="problem small">{uploadProblem(error)}</p>}
    </>
  );
}
