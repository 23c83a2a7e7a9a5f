export interface SettleResult {
  /** Chunks of the conversation that are still pending, as far as coordination knows. */
  remaining: number;
  /** True for the one call that took this chunk out of the pending ones. */
  first: boolean;
}

/** What a callback without our submission id is matched by; ids only, about 1 KB at most. */
export interface CallbackMetadata {
  submissionId: string;
  chunkId: string;
  conversationId: string;
}

export interface Usage {
  /** Units of all processes in the present window. */
  used: number;
  /** Milliseconds until the next window. */
  windowEndsInMs: number;
  /** Milliseconds until the brake is released; 0 when none is on. */
  throttledForMs: number;
}

/** AssemblyAI gives up calling after minutes; a day leaves room for a callback that a person repeats by hand. */
export const CALLBACK_METADATA_TTL_MS = 86_400_000;

/**
 * What processes share beside the record: which chunks a conversation waits for, locks, and what a callback's transcript
 * id belongs to.
 *
 * Guarantees of every adapter: each call is atomic; each may be repeated at will; a lock is released only by its owner
 * and ends by itself. Deliberately not guaranteed: that anything survives. All of it may be wiped at any time; the
 * record says what is true, and the reconciler puts back what is missing here.
 */
export abstract class Coordination {
  /**
   * Makes sure that the store is this installation's, and marks it where it is nobody's, as after a wipe.
   *
   * @throws ForeignStoreError when another installation has marked it
   */
  abstract claim(): Promise<void>;

  abstract addPending(conversationId: string, chunkId: string): Promise<void>;

  /** Takes the chunk out of the pending ones and says how many are left, in one step. */
  abstract settle(conversationId: string, chunkId: string): Promise<SettleResult>;

  abstract pendingCount(conversationId: string): Promise<number>;

  /** Conversations that have pending chunks. */
  abstract pendingConversations(): Promise<string[]>;

  /** Makes the pending ones exactly these. */
  abstract replacePending(conversationId: string, chunkIds: readonly string[]): Promise<void>;

  /** Forgets the conversation. */
  abstract forgetConversation(conversationId: string): Promise<void>;

  /**
   * @param owner a token of the caller's own making, unknown to others
   * @param ttlMs after which the lock is free again, released or not; 1 or more
   * @returns whether the lock is now held by `owner`
   */
  abstract acquireLock(name: string, owner: string, ttlMs: number): Promise<boolean>;

  /** @returns whether it was held by `owner`, and is free now */
  abstract releaseLock(name: string, owner: string): Promise<boolean>;

  abstract putCallbackMetadata(transcriptId: string, metadata: CallbackMetadata): Promise<void>;

  abstract getCallbackMetadata(transcriptId: string): Promise<CallbackMetadata | undefined>;

  abstract deleteCallbackMetadata(transcriptId: string): Promise<void>;

  /**
   * Adds to what all processes together have used of an allowance, and tells how it stands.
   *
   * @param report.units used since this process's last report, 0 or more
   * @param report.windowMs length of the window that usage is counted in; windows are aligned to the clock of the store
   */
  abstract reportUsage(name: string, report: { units: number; windowMs: number }): Promise<Usage>;

  /** Asks all processes to leave `name` alone for so long; a longer wish that is in force stays. */
  abstract throttle(name: string, forMs: number): Promise<void>;

  /** Removes what has expired and no reader will ask for; called by the reconciler. */
  abstract removeExpired(): Promise<void>;
}
