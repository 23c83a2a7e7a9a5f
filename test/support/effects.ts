import { query } from './record.js';

/**
 * Installs triggers that record effects in the transaction that causes them: a chunk that is
 * settled twice, or a conversation that is merged twice, leaves two rows, however alike they are.
 */
export async function watchEffects(databaseUrl: string): Promise<void> {
  await query(
    databaseUrl,
    `create table effects (
       kind text not null,
       conversation_id uuid not null,
       subject uuid not null
     );
     create function note_effect() returns trigger language plpgsql as $$
     begin
       insert into effects values (tg_argv[0], (to_jsonb(new) ->> tg_argv[1])::uuid, new.id);
       return null;
     end $$;
     create trigger note_settlement after update of status on chunks
       for each row when (new.status in ('completed', 'failed')) execute function note_effect('settled', 'conversation_id');
     create trigger note_merge after update of status on conversations
       for each row when (new.status = 'finalized') execute function note_effect('merged', 'id');`,
  );
}

export interface Effects {
  /** How often chunks were settled in total, and the maximum for one of them. */
  settled: { times: number; mostOfOne: number };
  merged: { times: number; mostOfOne: number };
}

/** @param conversationIds conversations whose effects, and those of their chunks, are counted */
export async function readEffects(databaseUrl: string, conversationIds: readonly string[]): Promise<Effects> {
  const rows = await query<{ kind: 'settled' | 'merged'; times: number; mostOfOne: number }>(
    databaseUrl,
    `select kind, sum(times)::int as times, max(times)::int as "mostOfOne"
     from (
       select kind, subject, count(*) as times from effects
       where conversation_id = any($1) group by kind, subject
     ) as each_one
     group by kind`,
    [conversationIds],
  );
  const of = (kind: keyof Effects) => {
    const { times, mostOfOne } = rows.find((row) => row.kind === kind) ?? { times: 0, mostOfOne: 0 };
    return { times, mostOfOne };
  };
  return { settled: of('settled'), merged: of('merged') };
}
