import { useState } from 'preact/hooks';
import type { Conversation, ConversationItem } from '../../api/types';
import { t } from '../../i18n/translate';
import { rename } from '../../api/conversations';
import { WriteDialog } from '../../parts/write-dialog';

/** Longest title that the API accepts. */
const MAX_TITLE_LENGTH = 200;

export function RenameDialog({
  conversation,
  onClose,
  onRenamed,
}: {
  conversation: ConversationItem;
  onClose: () => void;
  onRenamed: (renamed: Conversation) => void;
}) {
  const [title, setTitle] = useState(conversation.title ?? '');
  return (
    <WriteDialog
      title={t('conversations.rename.title')}
      button={t('conversations.rename.button')}
      onClose={onClose}
      write={async () => onRenamed(await rename(conversation.id, title.trim() === '' ? null : title.trim()))}
    >
      <label>
        {t('conversations.title')}
        <input
          type="text"
          name="title"
          autofocus
          maxLength={MAX_TITLE_LENGTH}
          value={title}
          onInput={({ currentTarget }) => setTitle(currentTarget.value)}
        />
        <span>{t('conversations.rename.hint')}</span>
      </label>
    </WriteDialog>
  );
}
