import common from './en/common.json';
import conversation from './en/conversation.json';
import conversations from './en/conversations.json';
import operation from './en/operation.json';

/** All messages; the other catalogues have the same keys. */
export const english = { ...common, ...conversations, ...conversation, ...operation };

export type Message = keyof typeof english;
/** Messages that exist as `<key>.one` and `<key>.other`. */
export type CountedMessage = Message extends infer Key
  ? Key extends `${infer Stem}.other`
    ? Stem
    : never
  : never;
