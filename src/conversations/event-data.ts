import { sql, type AliasedExpression } from 'kysely';

type Data = AliasedExpression<unknown, 'data'>;

/**
 * Data of an event about a conversation, for the `returning` of the statement that changes it. It
 * has ids and states, because no text of a recording leaves the service in an event.
 */
export function conversationData(): Data {
  return sql`jsonb_build_object('conversationId', id, 'projectId', project_id, 'status', status)`.as('data');
}

/**
 * Data of an event about a merged conversation. The revision counts merges, so that a receiver can
 * recognize an outdated transcript or summary. Failed chunks are not in the transcript.
 */
export function mergedConversationData(): Data {
  return sql`jsonb_build_object('conversationId', id, 'projectId', project_id, 'status', status,
    'revision', merge_revision, 'failedChunks', (select count(*) from chunks
      where chunks.conversation_id = conversations.id and chunks.status = 'failed'))`.as('data');
}
