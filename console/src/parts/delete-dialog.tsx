import { useState } from 'preact/hooks';
import type { ConversationItem } from '../api/types';
import { t } from '../i18n/translate';
import { deleteConversation } from '../api/conversations';
import { confirmsDeletion } from './delete-confirmation';
import { titleOf } from './title-of';
import { WriteDialog } from './write-dialog';

/** Asks to type the title or a word, as nothing brings a conversation back. */
export function DeleteDialog({
  conversation,
  onClose,
  onDeleted,
}: {
  conversation: ConversationItem;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const [typed, setTyped] = useState('');
  const word = t('conversations.delete.word');
  return (
    <WriteDialog
      title={t('conversations.delete.title', { title: titleOf(conversation) })}
      button={t('conversations.delete.button')}
      isDanger
      isDisabled={!confirmsDeletion(typed, conversation.title, word)}
      onClose={onClose}
      write={async () => {
        await deleteConversation(conversation.id);
        onDeleted();
      }}
    >
      <p>{t('conversations.delete.text')}</p>
      <label>
        {conversation.title === null
          ? t('conversations.delete.typeWord', { word })
          : t('conversations.delete.type', { word })}
        <input
          type="text"
          name="confirmation"
          autofocus
          autocomplete="off"
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </label>
    </WriteDialog>
  );
}
