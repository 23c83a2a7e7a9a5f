import type pg from 'pg';

const SECONDS_PER_WORD = 0.4;
const WORDS_PER_SENTENCE = 12;
const SENTENCES_PER_PARAGRAPH = 5;
const VOCABULARY = 20_000;
const STEP = 7_919;
/** One word in this many was heard differently by the first stage. */
const CORRECTED_EVERY = 50;

/**
 * Inserts a finalized conversation with a corrected text.
 *
 * @param words number of words, shared by the chunks
 * @returns its id
 */
export async function addTranscript(
  database: pg.Client,
  { words, chunks }: { words: number; chunks: number },
): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    `insert into conversations (id, redact_pii, anonymize, status, title, transcript, finished_at, finalized_at)
     values (uuidv7(), false, false, 'finalized', 'A long day', 'It is long.', now(), now()) returning id`,
  );
  const id = rows[0]?.id ?? '';
  for (let position = 0; position < chunks; position += 1) {
    const count = Math.ceil(words / chunks);
    await database.query(
      `insert into chunks (id, conversation_id, position, audio_url, status, transcript, diarization, transcribed_at, completed_at)
       values (uuidv7(), $1, $2::integer, 'https://recordings.example/', 'completed', $3, $4, now(), now())`,
      [id, position, textOf(count, true), JSON.stringify(diarizationOf(count))],
    );
  }
  return id;
}

function textOf(words: number, isCorrected: boolean): string {
  return Array.from({ length: words }, (_word, index) => wordAt(index, isCorrected) + gapAfter(index)).join(
    '',
  );
}

function wordAt(index: number, isCorrected: boolean): string {
  if (index % CORRECTED_EVERY === CORRECTED_EVERY - 1) return isCorrected ? 'Wilgenbrug' : 'Willow';
  // Steps of a large prime: neighbors differ, as in speech, and runs of words occur once.
  return `word${(index * STEP) % VOCABULARY}`;
}

function gapAfter(index: number): string {
  const count = index + 1;
  if (count % (WORDS_PER_SENTENCE * SENTENCES_PER_PARAGRAPH) === 0) return '.\n\n';
  return count % WORDS_PER_SENTENCE === 0 ? '. ' : ' ';
}

function diarizationOf(words: number): object {
  const raw = {
    audio_duration: words * SECONDS_PER_WORD,
    text: textOf(words, false),
    words: Array.from({ length: words }, (_word, index) => ({
      text: wordAt(index, false),
      start: index * SECONDS_PER_WORD * 1_000,
      end: (index + 1) * SECONDS_PER_WORD * 1_000,
      confidence: 0.9,
    })),
  };
  return { schema: 'Dembrane-25-09', data: { note: '', raw, error: null } };
}
