import pg from 'pg';

/** Events that happen a fixed number of times in a scenario. */
export type Ending =
  | 'first text stored'
  /** Windows of a chunk that has several. */
  | 'window settled'
  | 'correction made again'
  | 'completed'
  | 'failed'
  | 'merged'
  | 'summarized'
  | 'submission completed';

/**
 * Installs triggers that record every ending in the same transaction, so that work that was done
 * twice is visible, whatever the final state. A second ending with the same values counts as well,
 * because its timestamps differ.
 */
export async function installHistory(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(HISTORY);
  } finally {
    await client.end();
  }
}

/** @returns how often each ending has happened to a conversation, its chunks and its submissions */
export async function endingsOf(
  record: pg.Client,
  conversationId: string,
): Promise<Partial<Record<Ending, number>>> {
  const { rows } = await record.query<{ ending: Ending; times: string }>(
    'select ending, count(*) as times from crash_history where conversation_id = $1 group by ending',
    [conversationId],
  );
  return Object.fromEntries(rows.map(({ ending, times }) => [ending, Number(times)]));
}

const HISTORY = `
  create table crash_history (conversation_id uuid not null, ending text not null);

  create function note_chunk() returns trigger language plpgsql as $$
  begin
    if new.status = 'correcting' and old.status in ('completed', 'failed') then
      insert into crash_history values (new.conversation_id, 'correction made again');
    elsif new.status = 'correcting' and (old.status, old.transcribed_at, old.transcript)
        is distinct from (new.status, new.transcribed_at, new.transcript) then
      insert into crash_history values (new.conversation_id, 'first text stored');
    elsif new.status in ('completed', 'failed') and (old.status, old.completed_at, old.transcript)
        is distinct from (new.status, new.completed_at, new.transcript) then
      insert into crash_history values (new.conversation_id, new.status);
    end if;
    return null;
  end $$;
  create trigger note_chunk after update on chunks for each row execute function note_chunk();

  create function note_window() returns trigger language plpgsql as $$
  begin
    if new.status <> 'pending' and (old.status, old.settled_at) is distinct from (new.status, new.settled_at) then
      insert into crash_history select conversation_id, 'window settled' from chunks where id = new.chunk_id;
    end if;
    return null;
  end $$;
  create trigger note_window after update on correction_windows for each row execute function note_window();

  create function note_conversation() returns trigger language plpgsql as $$
  begin
    if new.merge_revision is distinct from old.merge_revision then
      insert into crash_history values (new.id, 'merged');
    end if;
    if new.summary_status = 'completed' and (old.summary_status, old.summary)
        is distinct from (new.summary_status, new.summary) then
      insert into crash_history values (new.id, 'summarized');
    end if;
    return null;
  end $$;
  create trigger note_conversation after update on conversations for each row execute function note_conversation();

  create function note_submission() returns trigger language plpgsql as $$
  begin
    if new.status = 'completed' and (old.status, old.settled_at) is distinct from (new.status, new.settled_at) then
      insert into crash_history values (new.conversation_id, 'submission completed');
    end if;
    return null;
  end $$;
  create trigger note_submission after update on submissions for each row execute function note_submission();
`;
