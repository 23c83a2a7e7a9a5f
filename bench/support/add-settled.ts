import type pg from 'pg';

const CHUNKS_PER_CONVERSATION = 20;
const CHUNKS_PER_STATEMENT = 20_000;

/**
 * Inserts settled chunks of finalized conversations, each with its submission and three entries of
 * the processing log, as if they were old.
 */
export async function addSettled(database: pg.Client, chunks: number): Promise<void> {
  for (let left = chunks; left > 0; left -= CHUNKS_PER_STATEMENT) {
    const conversations = Math.ceil(Math.min(left, CHUNKS_PER_STATEMENT) / CHUNKS_PER_CONVERSATION);
    await database.query(
      `with v as (
         insert into conversations (id, redact_pii, anonymize, status, transcript, finished_at, finalized_at)
         select uuidv7(), false, false, 'finalized', repeat('What was said. ', 100), now(), now()
         from generate_series(1, $1) returning id
       ), c as (
         insert into chunks (id, conversation_id, position, audio_url, status, submission_id, transcript, diarization,
           submitted_at, transcribed_at, completed_at)
         select uuidv7(), v.id, position, 'https://a.example/' || position, 'completed', uuidv7(),
           repeat('What was said. ', 10), '{"schema": "Dembrane-25-09", "data": {"note": ""}}', now(), now(), now()
         from v, generate_series(1, $2) as position returning id, conversation_id, submission_id
       ), s as (
         insert into submissions (id, chunk_id, conversation_id, strategy, status, transcript_id, audio_url_hash,
           lease_until, submitted_at, settled_at)
         select submission_id, id, conversation_id, 'webhook', 'completed', submission_id::text, md5(id::text), now(),
           now(), now() from c
       )
       insert into processing_events (conversation_id, chunk_id, submission_id, job, event)
       select conversation_id, id, submission_id, job, 'completed' from c, unnest(array['submit', 'check', 'correct']) as job`,
      [conversations, CHUNKS_PER_CONVERSATION],
    );
  }
  await database.query('vacuum analyze');
}
