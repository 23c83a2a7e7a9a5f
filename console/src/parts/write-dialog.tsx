import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n/translate';
import { failureText } from './announcer';
import { Dialog } from './dialog';

interface WriteDialogProps {
  title: string;
  button: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onClose: () => void;
  /** The dialog stays open, with the reason, when it fails. */
  write: () => Promise<void>;
  children: ComponentChildren;
}

/** A dialog with a form that changes one thing. */
export function WriteDialog({
  title,
  button,
  isDanger = false,
  isDisabled = false,
  onClose,
  write,
  children,
}: WriteDialogProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await write();
    } catch (error) {
      setProblem(failureText(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="write-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy && !isDisabled) void submit();
        }}
      >
        {children}
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="actions">
          <button class={isDanger ? 'danger' : 'primary'} type="submit" disabled={isBusy || isDisabled}>
            {button}
          </button>
          <button type="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
