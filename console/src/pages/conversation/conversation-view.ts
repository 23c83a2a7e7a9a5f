import type { Signal } from '@preact/signals';
import type { ChunkItem, Conversation, Transcript } from '../../api/types';
import type { Player } from './player/player';
import type { Follower } from './reading/follower';
import type { Reading } from './reading/reading';

/** All that the tabs of a conversation show and share. */
export interface ConversationView {
  conversation: Conversation;
  /** By position. */
  chunks: readonly ChunkItem[];
  /** Null until it is loaded. */
  transcript: Transcript | null;
  /** The transcript, laid out; null until it is. */
  readings: readonly Reading[] | null;
  player: Player;
  follower: Follower;
  /** Ids of the chunks that are being edited. */
  editing: Signal<ReadonlySet<string>>;
  /** A moment that the text must be scrolled to. */
  jumpMs: Signal<number | null>;
  /** Loads everything again that may have changed. */
  reload: () => void;
  /** Shows a conversation as an answer of the API has it. */
  replaceConversation: (conversation: Conversation) => void;
  /** Loads the text again, and resolves when it is shown. */
  refreshText: () => Promise<void>;
}
