import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../../i18n/translate';
import { failureText } from '../../../parts/announcer';
import { Dialog } from '../../../parts/dialog';
import { storeDraft, type Draft } from './draft';

interface TextFormProps {
  chunkId: string;
  label: string;
  shown: Draft;
  /** The stored text, which tells whether something would be lost. */
  savedText: string;
  /** Resolves to why it was not saved, or to null. */
  onSave: (draft: Draft) => Promise<unknown>;
  onClose: () => void;
}

/** A field for the text of a chunk. What is typed is kept in the browser until it is saved. */
export function TextForm({ chunkId, label, shown, savedText, onSave, onClose }: TextFormProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  useLayoutEffect(() => field.current?.focus(), []);

  const typed = (): string => field.current?.value ?? '';
  const save = async () => {
    if (isBusy) return;
    setBusy(true);
    const failure = await onSave({ text: typed(), revision: shown.revision });
    setProblem(failure === null ? null : failureText(failure));
    setBusy(false);
  };
  const cancel = () => {
    if (typed() === savedText) onClose();
    else setAsking(true);
  };

  return (
    <form
      class="text-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (isAsking) return;
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void save();
        } else if (event.key === 'Escape') {
          event.preventDefault();
          cancel();
        }
      }}
    >
      {/* Never set again by rendering: the browser would forget what can be undone. */}
      <textarea
        ref={field}
        aria-label={label}
        aria-describedby={problemId}
        defaultValue={shown.text}
        spellcheck
        onInput={({ currentTarget }) =>
          storeDraft(chunkId, { text: currentTarget.value, revision: shown.revision })
        }
      />
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy}>
          {t('conversation.save')}
        </button>
        <button type="button" onClick={cancel}>
          {t('common.cancel')}
        </button>
        <span class="small edit-hint">{t('conversation.editHint')}</span>
      </div>
      <p id={problemId} class="problem" role="alert">
        {problem}
      </p>
      {isAsking && (
        <Dialog title={t('conversation.discardTitle')} onClose={() => setAsking(false)}>
          <p>{t('conversation.discardText')}</p>
          <div class="actions">
            <button type="button" class="danger" onClick={onClose}>
              {t('conversation.discard')}
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              {t('conversation.keepEditing')}
            </button>
          </div>
        </Dialog>
      )}
    </form>
  );
}
