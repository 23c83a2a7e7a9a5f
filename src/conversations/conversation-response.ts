import type { ConversationResponse } from './conversations.dto.js';
import type { ConversationView } from './conversations.repository.js';

export function toConversationResponse(view: ConversationView): ConversationResponse {
  const { total, completed, failed, createdAt, finishedAt, finalizedAt, ...rest } = view;
  return {
    ...rest,
    chunks: { total, pending: total - completed - failed, completed, failed },
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    finalizedAt: finalizedAt?.toISOString() ?? null,
  };
}
