import { sql, type AliasedExpression } from 'kysely';

type Data = AliasedExpression<unknown, 'data'>;

/**
 * What an event tells of a conversation, in the `returning` of the statement that changes it. Ids and states: no text of a
 * recording leaves the service by an event.
 */
export function conversationData(): Data {
  return sql`jsonb_build_object('conversationId', id, 'projectId', project_id, 'status', status)`.as('data');
}

/**
 * The revision counts merges: a transcript, or a summary, of an older one is overtaken. Chunks that failed are not in the
 * transcript.
 */
export function mergedConversationData(): Data {
  return sql`jsonb_build_object('conversationId', id, 'projectId', project_id, 'status', status,
    'revision', merge_revision, 'failedChunks', (select count(*) from chunks
      where chunks.conversation_id = conversations.id and chunks.status = 'failed'))`.as('data');
}
