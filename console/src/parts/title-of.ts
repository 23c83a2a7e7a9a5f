import type { ConversationItem } from '../api/types';
import { dateTime, t } from '../i18n/translate';

/** Returns the title of a conversation, or a name that tells it from others. */
export function titleOf({ title, createdAt }: Pick<ConversationItem, 'title' | 'createdAt'>): string {
  return title ?? t('conversations.untitled', { when: dateTime(createdAt) });
}
