import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { t } from '../../i18n/translate';
import { leaveTo } from '../../recorder/leave-to';
import { forgetBatch, keptBatch, matchFiles } from '../../uploads/kept-batch';
import { UploadBatch } from '../../uploads/upload-batch';

/** Offers to go on with files that were being sent when the page ended. */
export function InterruptedUpload() {
  const { route } = useLocation();
  const [kept, setKept] = useState(keptBatch);
  const [isOther, setOther] = useState(false);
  if (kept === null) return null;
  const { conversationId, files, finishes } = kept;
  const resume = (chosen: readonly File[]) => {
    const matched = matchFiles(files, chosen);
    setOther(matched === undefined);
    if (matched === undefined) return;
    UploadBatch.start(conversationId, matched, {
      finishes,
      onDone: () => leaveTo(conversationId, route),
    });
  };
  return (
    <section class="notice" aria-label={t('new.interrupted.label')}>
      <h2>{t('new.interrupted.title')}</h2>
      <p>{t('new.interrupted.text', { names: files.map(({ name }) => name).join(', ') })}</p>
      <p id="interrupted-problem" class="problem" role="alert">
        {isOther && t('new.interrupted.other')}
      </p>
      <div class="actions">
        <label class="button">
          {t('new.interrupted.choose')}
          <input
            class="visually-hidden"
            type="file"
            multiple
            accept="audio/*,video/*"
            aria-describedby="interrupted-problem"
            onChange={({ currentTarget }) => {
              resume([...(currentTarget.files ?? [])]);
              currentTarget.value = '';
            }}
          />
        </label>
        <button
          class="quiet"
          type="button"
          onClick={() => {
            forgetBatch();
            setKept(null);
          }}
        >
          {t('new.interrupted.discard')}
        </button>
      </div>
    </section>
  );
}
