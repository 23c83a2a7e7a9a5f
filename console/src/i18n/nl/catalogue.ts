import type { Message } from '../messages';
import common from './common.json';
import conversation from './conversation.json';
import conversations from './conversations.json';
import operation from './operation.json';

/** All messages in Dutch; the type refuses a missing one. */
export const dutch: Readonly<Record<Message, string>> = {
  ...common,
  ...conversations,
  ...conversation,
  ...operation,
};
