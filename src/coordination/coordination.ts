/** Ids by which a callback without our submission id is matched; about 1 KB at most. */
export interface CallbackMetadata {
  submissionId: string;
  chunkId: string;
  conversationId: string;
}

export interface Usage {
  /** Units that all processes have used in the current window. */
  used: number;
  /** Milliseconds until the next window. */
  windowEndsInMs: number;
  /** Milliseconds until the throttle ends; 0 when there is none. */
  throttledForMs: number;
}

/**
 * AssemblyAI gives up calling after minutes; a day allows a person to repeat a callback by hand.
 */
export const CALLBACK_METADATA_TTL_MS = 86_400_000;

/**
 * State that processes share beside the record: the chunks that a conversation waits for, and the
 * submission of each transcript id in callbacks.
 *
 * Every adapter guarantees that each call is atomic and may be repeated at will. No adapter
 * guarantees that anything survives. All of it may be wiped at any time: the record has the truth,
 * and the reconciler restores what is missing here.
 */
export abstract class Coordination {
  /** Makes sure that the store is this installation's, and marks a store without an owner. */
  abstract claim(): Promise<void>;

  abstract addPending(conversationId: string, chunkId: string): Promise<void>;

  /** Removes the chunk from the pending ones and returns how many are left, in one step. */
  abstract settle(conversationId: string, chunkId: string): Promise<number>;

  abstract pendingCount(conversationId: string): Promise<number>;

  /** Lists the conversations that have pending chunks. */
  abstract pendingConversations(): Promise<string[]>;

  /** Replaces the pending chunks of the conversation by these. */
  abstract replacePending(conversationId: string, chunkIds: readonly string[]): Promise<void>;

  /** Removes the pending chunks of the conversation. */
  abstract forgetConversation(conversationId: string): Promise<void>;

  abstract putCallbackMetadata(transcriptId: string, metadata: CallbackMetadata): Promise<void>;

  abstract getCallbackMetadata(transcriptId: string): Promise<CallbackMetadata | undefined>;

  abstract deleteCallbackMetadata(transcriptId: string): Promise<void>;

  /**
   * Adds to the usage of a rate limit that all processes share, and returns its state.
   *
   * @param report.units used since this process's last report, 0 or more
   * @param report.windowMs length of the window in which usage is counted; windows are aligned to
   * the clock of the store
   */
  abstract reportUsage(name: string, report: { units: number; windowMs: number }): Promise<Usage>;

  /** Makes all processes pause their use of `name` for this time; a longer pause in force stays. */
  abstract throttle(name: string, forMs: number): Promise<void>;

  /** Removes expired entries that no reader will ask for; called by the reconciler. */
  abstract removeExpired(): Promise<void>;
}
