import type { ChunkItem } from '../../../api/types';
import { t } from '../../../i18n/translate';
import { Dialog } from '../../../parts/dialog';
import type { ConversationView } from '../conversation-view';

interface RevisionsProps {
  chunk: ChunkItem;
  number: number;
  view: ConversationView;
  onClose: () => void;
}

export function Revisions({ number, onClose }: RevisionsProps) {
  return (
    <Dialog title={t('conversation.versionsLabel', { number })} onClose={onClose}>
      <p />
    </Dialog>
  );
}
