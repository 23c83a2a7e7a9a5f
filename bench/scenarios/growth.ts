/**
 * Whether a chunk costs more when the database is full of others.
 *
 * Measured: throughput and processor time per chunk of Ringback alone, with more and more settled chunks of other conversations in
 * PostgreSQL, each with its submission and three entries of the processing log. One api and one worker process, Redis.
 * The settled chunks are written by one statement, as if they had been there for long; `vacuum analyze` follows, as the
 * database does by itself in time. Some chunks with each number are not counted: meanwhile the processes have cooled down.
 */
import { defineScenario, type ScenarioResult } from '../scenario.js';
import { withArena } from '../support/arena.js';
import { measureContender, type ContenderRound } from '../support/measure-contender.js';
import { median } from '../support/median.js';
import { startRingback } from '../support/ringback-contender.js';
import type { Stores } from '../support/stores.js';
import { rounded } from '../support/table.js';

const LATENCY_MS: [number, number] = [0, 20];
const CONVERSATIONS = 20;
/** A thousandth and a tenth of the most, and all of them. */
const SHARES = [0.001, 0.1, 1];
const CHUNKS_PER_CONVERSATION = 20;
const PERCENT = 100;
/** Of a statement that writes settled chunks. */
const CHUNKS_PER_STATEMENT = 20_000;

interface Level {
  settled: number;
  rounds: ContenderRound[];
}

export const growth = defineScenario({
  name: 'growth',
  measures: 'what a chunk costs with few and with many settled chunks in the database',
  options: {
    settled: { default: 1_000_000, min: 1_000, meaning: 'settled chunks in the end' },
    chunks: { default: 600, min: 20, meaning: 'chunks of a round' },
    'warm-up': { default: 2_000, min: 20, meaning: 'chunks before the first round with each number' },
    rounds: { default: 3, min: 1, meaning: 'counted rounds with each number of settled chunks' },
  },
  run: (given, tools) =>
    withArena(
      { latencyMs: LATENCY_MS, geminiLatencyMs: LATENCY_MS },
      tools,
      ({ simulator, stores, withContender }) =>
        withContender(startRingback, async (contender) => {
          const work = { chunks: given.chunks, conversations: CONVERSATIONS };
          const levels: Level[] = [];
          let settled = 0;
          for (const share of SHARES) {
            const wanted = Math.round(given.settled * share);
            tools.progress(`${wanted} settled chunks`);
            await addSettled(stores, wanted - settled);
            settled = wanted;
            const rounds: ContenderRound[] = [];
            await simulator.reset();
            await measureContender(contender, stores, { ...work, chunks: given['warm-up'] });
            for (let round = 1; round <= given.rounds; round += 1) {
              await simulator.reset();
              const measured = await measureContender(contender, stores, work);
              tools.progress(`round ${round}: ${rounded(measured.chunksPerSecond)} chunks/s`);
              rounds.push(measured);
            }
            levels.push({ settled, rounds });
          }
          return report(levels);
        }),
    ),
});

async function addSettled({ database }: Stores, chunks: number): Promise<void> {
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

function report(levels: readonly Level[]): ScenarioResult {
  const figures = levels.map(({ settled, rounds }) => ({
    settled,
    chunksPerSecond: median(rounds.map(({ chunksPerSecond }) => chunksPerSecond)),
    serviceMs: median(rounds.map(({ serviceMs }) => serviceMs)),
    postgresMs: median(rounds.map(({ postgresMs }) => postgresMs)),
  }));
  const costs = figures.map(({ serviceMs, postgresMs }) => serviceMs + postgresMs);
  const growthPercent = (Math.max(...costs) / Math.min(...costs) - 1) * PERCENT;
  return {
    table: {
      columns: ['settled chunks', 'chunks/s', 'service CPU ms', 'PostgreSQL CPU ms'],
      rows: figures.map(({ settled, chunksPerSecond, serviceMs, postgresMs }) => [
        settled,
        rounded(chunksPerSecond),
        rounded(serviceMs, 2),
        rounded(postgresMs, 2),
      ]),
    },
    notes: [
      'medians of the rounds; CPU per chunk',
      `the dearest chunk costs ${rounded(growthPercent)} % more CPU than the cheapest, service and PostgreSQL together`,
    ],
    chart: {
      title: 'Processor time of a chunk, by settled chunks in the database',
      unit: 'ms',
      bars: figures.map(({ settled }, index) => ({
        label: String(settled),
        value: rounded(costs[index] ?? 0, 2),
      })),
    },
    data: { levels, figures, growthPercent },
  };
}
