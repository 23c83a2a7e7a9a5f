import { useState } from 'preact/hooks';
import { request } from '../api/client';
import { t } from '../i18n/translate';
import { announceFailure } from './announcer';
import { Dialog } from './dialog';

interface DeleteConversationProps {
  id: string;
  /** Null for a conversation without a title. */
  title: string | null;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a conversation is deleted. A word must be typed, as nothing brings it back. */
export function DeleteConversation({ id, title, onClose, onDeleted }: DeleteConversationProps) {
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const word = t('conversation.delete.word');
  const isConfirmed = typed.trim().toLowerCase() === word;

  const confirm = async () => {
    setBusy(true);
    try {
      await request(`conversations/${id}`, { method: 'DELETE' });
      onDeleted();
    } catch (error) {
      announceFailure(error);
      setBusy(false);
    }
  };

  return (
    <Dialog title={t('conversation.delete.title')} onClose={onClose}>
      <p>
        <strong>{title ?? t('conversation.untitled')}</strong>
      </p>
      <p>{t('conversation.delete.text')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) void confirm();
        }}
      >
        <label>
          {t('conversation.delete.label', { word })}
          <input
            autocomplete="off"
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <div class="actions">
          <button type="submit" class="danger" disabled={!isConfirmed || isBusy}>
            {t('conversation.delete.button')}
          </button>
          <button type="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
