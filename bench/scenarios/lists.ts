/**
 * Measures how fast the lists of conversations answer with many conversations in the database.
 *
 * Measured: the time of single requests over HTTP, one after another, to one process (`ROLE=api`)
 * and PostgreSQL, with different filters, searches, and pages far behind the first.
 *
 * The conversations are written in bulk, with a transcript of some words and two chunks each; one
 * in a hundred is open. `vacuum analyze` follows, as autovacuum would do in time.
 */
import { encodeCursor } from '../../src/http/pages/cursor.js';
import { defineScenario, type ScenarioResult } from '../scenario.js';
import { withApiAndDatabase } from '../support/api-with-database.js';
import { rounded } from '../support/table.js';

const PROJECTS = 20;
const PER_STATEMENT = 10_000;
const P50 = 0.5;
const P95 = 0.95;
const MICROSECONDS_PER_SECOND = 1_000_000;
const HIGHEST_ID = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

const SEED = `
  with v as (
    insert into conversations (id, project_id, redact_pii, anonymize, status, title, external_id, transcript, created_at)
    select uuidv7(), (select id from projects order by id offset number % ${PROJECTS} limit 1), false, false,
      case when number % 100 = 0 then 'open' else 'finalized' end, 'meeting ' || number, 'external-' || number,
      'everywhere ' || case when number % 10 = 0 then 'sometimes ' else '' end ||
        (select string_agg('word' || ((number * 7919 + position * position * 31) % 20000), ' ') from generate_series(1, 40) as position),
      to_timestamp($3::double precision + number)
    from generate_series($1::bigint, $2::bigint) as number returning id
  )
  insert into chunks (id, conversation_id, position, audio_url, status, transcript)
  select uuidv7(), id, position, 'https://a.example/', 'completed', 'What was said.' from v, generate_series(1, 2) as position`;

export const lists = defineScenario({
  name: 'lists',
  measures: 'how fast the lists of conversations answer, with filters, searches and deep pages',
  options: {
    conversations: { default: 100_000, min: 1_000, meaning: 'conversations in the database' },
    requests: { default: 100, min: 10, meaning: 'requests of each kind' },
  },
  run: (values, tools) =>
    withApiAndDatabase(tools, async (url, database) => {
      const start = Math.floor(Date.now() / 1_000) - values.conversations;
      await database.query(
        `insert into projects (id, name) select uuidv7(), 'project' from generate_series(1, ${PROJECTS})`,
      );
      for (let from = 1; from <= values.conversations; from += PER_STATEMENT) {
        const to = Math.min(from + PER_STATEMENT - 1, values.conversations);
        await database.query(SEED, [from, to, start]);
        tools.progress(`${to} conversations`);
      }
      await database.query('vacuum analyze');
      const { rows } = await database.query<{ id: string }>('select id from projects order by id limit 1');
      const middle = encodeCursor({
        key: (start + Math.floor(values.conversations / 2)) * MICROSECONDS_PER_SECOND,
        id: HIGHEST_ID,
      });
      const figures: Figure[] = [];
      for (const [name, query] of queries(rows[0]?.id ?? '', middle)) {
        figures.push(await measure(name, `${url}/api/conversations?${query}`, values.requests));
        tools.progress(name);
      }
      return report(figures);
    }),
});

interface Figure {
  name: string;
  p50Ms: number;
  p95Ms: number;
}

function queries(projectId: string, middle: string): [name: string, query: string][] {
  const first: [string, string][] = [
    ['all', ''],
    ['project', `projectId=${projectId}`],
    ['state', 'status=open'],
    ['project-and-state', `projectId=${projectId}&status=open`],
    ['external-id', 'externalId=external-500'],
    ['word-of-all', 'q=everywhere'],
    ['word-of-a-tenth', 'q=sometimes'],
    ['rare-word', 'q=word777'],
    ['beginning', 'q=wor'],
    ['no-such-word', 'q=nobody'],
    ['two-words', 'q=sometimes+word1'],
    ['word-of-a-project', `q=sometimes&projectId=${projectId}`],
  ];
  return [
    ...first,
    ...first.map(([name, query]): [string, string] => [`${name}-deep`, `${query}&cursor=${middle}`]),
  ];
}

async function measure(name: string, url: string, requests: number): Promise<Figure> {
  const times: number[] = [];
  // The first one plans the statements.
  for (let request = 0; request <= requests; request += 1) {
    const before = performance.now();
    const response = await fetch(url);
    await response.text();
    if (!response.ok) throw new Error(`${name} was answered ${response.status}`);
    if (request > 0) times.push(performance.now() - before);
  }
  times.sort((one, other) => one - other);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
  return { name, p50Ms: at(P50), p95Ms: at(P95) };
}

function report(figures: readonly Figure[]): ScenarioResult {
  const slowest = Math.max(...figures.map(({ p95Ms }) => p95Ms));
  return {
    table: {
      columns: ['list', 'p50 ms', 'p95 ms'],
      rows: figures.map(({ name, p50Ms, p95Ms }) => [name, rounded(p50Ms, 1), rounded(p95Ms, 1)]),
    },
    notes: [
      'of single requests, one after another; a deep page begins in the middle',
      `the slowest list has a p95 of ${rounded(slowest)} ms`,
    ],
    data: { figures },
  };
}
