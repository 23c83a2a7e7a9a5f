import { t } from '../i18n/translate';
import { announce } from '../parts/announcer';

/**
 * Shows the conversation to whom waited for it; who went on to another page stays there.
 *
 * @param conversationId null: it is gone
 */
export function leaveTo(conversationId: string | null, route: (url: string) => void): void {
  if (conversationId !== null) announce(t('new.done'));
  if (location.pathname === '/new') route(conversationId === null ? '/' : `/c/${conversationId}`);
}
