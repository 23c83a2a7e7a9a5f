import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { settleWindows } from '../../src/chunks/statements/settle-windows.js';
import { recordTexts } from '../../src/chunks/statements/record-texts.js';
import { acceptSubmissions } from '../../src/chunks/statements/accept-submissions.js';
import { openSubmissions, type NewSubmission } from '../../src/chunks/statements/open-submissions.js';
import { query } from '../support/record.js';
import { useOpenedDatabase } from '../support/opened-database.js';

const MANY = 12;

describe('a statement for many submissions', () => {
  const opened = useOpenedDatabase();

  const ask = <T extends object>(text: string, parameters: unknown[]) =>
    query<T>(opened().url, text, parameters);

  /** Creates queued chunks in a new conversation. */
  const queuedChunks = async (count: number): Promise<NewSubmission[]> => {
    const conversationId = uuidv7();
    await ask('insert into conversations (id, redact_pii, anonymize) values ($1, false, false)', [
      conversationId,
    ]);
    const chunkIds = Array.from({ length: count }, () => uuidv7());
    await ask(
      `insert into chunks (id, conversation_id, position, audio_url)
       select id, $1, number, 'https://a.example/a.wav' from unnest($2::uuid[]) with ordinality as t(id, number)`,
      [conversationId, chunkIds],
    );
    return chunkIds.map((chunkId) => ({
      id: uuidv7(),
      chunkId,
      conversationId,
      attempt: 1,
      provider: 'assemblyai',
      strategy: 'webhook',
      audioUrlHash: 'a-hash',
      leaseMs: 60_000,
    }));
  };
  const refOf = ({ id, chunkId }: NewSubmission) => ({ submissionId: id, chunkId });
  const accepted = (submission: NewSubmission) => ({
    ...refOf(submission),
    transcriptId: `transcript-${submission.id}`,
  });
  const recorded = (submission: NewSubmission, language = 'en') => ({
    ...refOf(submission),
    transcript: `what ${submission.id} heard`,
    diarization: { schema: 'a-schema', data: { words: [{ text: submission.id }] } },
    isRedacted: false,
    detected: { language, confidence: 0.5 },
  });
  const corrected = (submission: NewSubmission) => ({
    ...refOf(submission),
    ...{ ordinal: 0, round: 1, windows: 1, status: 'corrected' as const, transcript: null },
    usedAudio: true,
    isRedacted: false,
    modelUse: { model: 'a-model', promptVersion: '1', inputTokens: 2, outputTokens: 1 },
    completes: {
      transcript: `what ${submission.id} said`,
      diarization: { schema: 'final', data: { note: 'a note', raw: {}, error: null } },
      keepsRaw: true,
      isRedacted: false,
      modelUse: { model: 'a-model', promptVersion: '1' },
    },
  });
  const statusesOf = async (submissions: readonly NewSubmission[]) => {
    const rows = await ask<{ chunk: string; submission: string | null }>(
      `select c.status as chunk, s.status as submission from unnest($1::uuid[]) with ordinality as t(id, number)
       join chunks as c on c.id = t.id left join submissions as s on s.id = c.submission_id order by number`,
      [submissions.map(({ chunkId }) => chunkId)],
    );
    return rows.map(({ chunk, submission }) => `${chunk}, ${submission ?? 'none'}`);
  };

  it('applies all transitions to each of them, with its own data', async () => {
    const { database } = opened();
    const submissions = await queuedChunks(MANY);
    const all = submissions.map(() => true);

    expect(await openSubmissions(database, submissions)).toEqual(all);
    expect(await acceptSubmissions(database, submissions.map(accepted))).toEqual(all);
    expect(
      await recordTexts(
        database,
        submissions.map((one) => recorded(one)),
      ),
    ).toEqual(all);
    expect(await settleWindows(database, submissions.map(corrected))).toEqual(all);

    expect(await statusesOf(submissions)).toEqual(submissions.map(() => 'completed, completed'));
    const rows = await ask<{
      submission_id: string;
      transcript: string;
      diarization: unknown;
      tokens: number;
    }>(
      'select submission_id, transcript, diarization, input_tokens + output_tokens as tokens from chunks where submission_id = any($1)',
      [submissions.map(({ id }) => id)],
    );
    for (const { submission_id: id, transcript, diarization, tokens } of rows) {
      expect(transcript).toBe(`what ${id} said`);
      expect(diarization).toEqual({
        schema: 'final',
        data: { note: 'a note', raw: { words: [{ text: id }] }, error: null },
      });
      expect(tokens).toBe(3);
    }
  });

  it('leaves submissions in other states unchanged, and returns which ones', async () => {
    const { database } = opened();
    const submissions = await queuedChunks(3);
    const [, second, third] = submissions as [NewSubmission, NewSubmission, NewSubmission];

    expect(await openSubmissions(database, [second, { ...third, attempt: 2 }])).toEqual([true, false]);
    const again = submissions.map((submission) => ({ ...submission, id: uuidv7() }));
    expect(await openSubmissions(database, again)).toEqual([true, false, true]);
    expect(await acceptSubmissions(database, submissions.map(accepted))).toEqual([false, true, false]);
    expect(
      await recordTexts(
        database,
        again.map((one) => recorded(one)),
      ),
    ).toEqual([false, false, false]);
    expect(await settleWindows(database, submissions.map(corrected))).toEqual([false, false, false]);

    expect(await statusesOf(submissions)).toEqual([
      'queued, created',
      'transcribing, submitted',
      'queued, created',
    ]);
  });

  it('changes none when one of them is refused', async () => {
    const { database } = opened();
    const submissions = await queuedChunks(2);
    const [first, second] = submissions as [NewSubmission, NewSubmission];
    await openSubmissions(database, submissions);
    const taken = { ...accepted(second), transcriptId: accepted(first).transcriptId };

    await expect(acceptSubmissions(database, [accepted(first), taken])).rejects.toMatchObject({
      code: '23505',
    });

    expect(await statusesOf(submissions)).toEqual(['queued, created', 'queued, created']);
  });

  it('counts the languages of chunks of one conversation that are recorded together', async () => {
    const { database } = opened();
    const submissions = await queuedChunks(3);
    await openSubmissions(database, submissions);
    await acceptSubmissions(database, submissions.map(accepted));
    const [first, second, third] = submissions as [NewSubmission, NewSubmission, NewSubmission];

    await recordTexts(database, [recorded(first, 'en')]);
    await recordTexts(database, [
      { ...recorded(second, 'en'), detected: { language: 'en', confidence: 0.75 } },
      recorded(third, 'nl'),
    ]);

    const rows = await ask(
      'select language, confidence, chunks from conversation_languages where conversation_id = $1 order by language',
      [first.conversationId],
    );
    expect(rows).toEqual([
      { language: 'en', confidence: 0.75, chunks: 2 },
      { language: 'nl', confidence: 0.5, chunks: 1 },
    ]);
  });

  it('does not deadlock with another one for the same submissions in another order, and one of both wins each submission', async () => {
    const { database } = opened();
    const submissions = await queuedChunks(MANY);
    const backwards = [...submissions].reverse();
    await openSubmissions(database, submissions);

    const [forth, back] = await Promise.all([
      acceptSubmissions(database, submissions.map(accepted)),
      acceptSubmissions(database, backwards.map(accepted)),
    ]);

    const wins = forth.map((won, index) => Number(won) + Number(back[MANY - 1 - index]));
    expect(wins).toEqual(submissions.map(() => 1));
  });
});
