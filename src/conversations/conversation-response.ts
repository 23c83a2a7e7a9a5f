/** State of a conversation as the database has it. */
interface ConversationState {
  total: number;
  completed: number;
  failed: number;
  createdAt: Date;
  finishedAt: Date | null;
  finalizedAt: Date | null;
}

/** Converts counts and times of a conversation, alone or in a list, to the form of the API. */
export function toConversationResponse<T extends ConversationState>(view: T) {
  const { total, completed, failed, createdAt, finishedAt, finalizedAt, ...rest } = view;
  return {
    ...rest,
    chunks: { total, pending: total - completed - failed, completed, failed },
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    finalizedAt: finalizedAt?.toISOString() ?? null,
  };
}
