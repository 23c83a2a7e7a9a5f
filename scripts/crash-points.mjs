// npm run crash-points -- [--engine postgres|redis] [--strategy webhook|polling]
//                         [--length short|long] [--lanes n]
//                         [--point k | --point k-m | --point '<before|after> <message>']
//
// Kills the service at every crash point of a chunk's path, on both engines with both strategies,
// for a short recording and for one of several windows, and prints a table. With --point only at the
// messages number k to m, or at the named one; names are those in the lines of a walk.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../dist/bench/support/table.js';
import './follow-parent.mjs';
import { projects, runVitest } from './run-vitest.mjs';

const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    strategy: { type: 'string' },
    length: { type: 'string' },
    point: { type: 'string', default: 'all' },
    lanes: { type: 'string' },
  },
});

const results = mkdtempSync(join(tmpdir(), 'ringback-crash-results-'));
const engines = values.engine === undefined ? ['postgres', 'redis'] : [values.engine];
const { exitCode } = await runVitest(
  [
    '--maxWorkers=1',
    ...projects(engines.map((engine) => `${engine}-soak`)),
    'test/crash-points/crash-points.soak-spec.ts',
  ],
  {
    env: {
      RINGBACK_SOAK: 'full',
      RINGBACK_CRASH_POINTS: values.point,
      RINGBACK_CRASH_RESULTS: results,
      ...(values.strategy !== undefined && { RINGBACK_CRASH_STRATEGY: values.strategy }),
      ...(values.length !== undefined && { RINGBACK_CRASH_LENGTH: values.length }),
      ...(values.lanes !== undefined && { RINGBACK_CRASH_LANES: values.lanes }),
    },
  },
);

const seconds = (ms) => Number((ms / 1000).toFixed(1));
const rows = readdirSync(results)
  .sort()
  .map((file) => JSON.parse(readFileSync(join(results, file), 'utf8')));
rmSync(results, { recursive: true });
process.stdout.write(
  renderTable({
    columns: [
      ...[
        'engine',
        'strategy',
        'recording',
        'messages',
        'points',
        'killed at',
        'lost',
        'settled twice',
        'otherwise wrong',
      ],
      ...['extra bills', 'not met', 'recovery, median s', 'longest s'],
    ],
    rows: rows.map((row) => [
      ...[row.engine, row.strategy, row.length, row.messages, row.points, row.killedAt],
      ...[row.lost, row.twice, row.wrong],
      ...[row.extraBills, row.unmet, seconds(row.medianRecoveryMs), seconds(row.longestRecoveryMs)],
    ]),
  }),
);
process.exit(exitCode);
