// npm test [-- <arguments of Vitest>]: all tests but the long proofs of `npm run soak`, or those
// that the arguments choose.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import './follow-parent.mjs';
import { projects, runVitest } from './run-vitest.mjs';

const chosen = process.argv.slice(2);
if (chosen.length > 0) {
  const { exitCode } = await runVitest(chosen);
  process.exit(exitCode);
}

/** Most of their time these wait: for facts, for leases, for pauses to end. */
const LIGHT = ['redis', 'postgres', 'once', 'unit'];
const LIGHT_WORKERS_A_CORE = 3;

/** Each of these keeps several processes busy; more at once would take the time from each other. */
const FLEETS = ['postgres-fleets', 'redis-fleets'];
const FLEET_WORKERS = Math.max(2, Math.floor(availableParallelism() / 2));

/** Failures of all runs, in the words of the reporter. */
const folder = mkdtempSync(join(tmpdir(), 'ringback-failures-'));
const failures = join(folder, 'failures.txt');

async function run(names, workers) {
  const { exitCode } = await runVitest(['--maxWorkers', String(workers), ...projects(names)], {
    env: { RINGBACK_FAILURES: failures },
  });
  return exitCode;
}

const light = await run(LIGHT, availableParallelism() * LIGHT_WORKERS_A_CORE);
const fleets = await run(FLEETS, FLEET_WORKERS);
// The failures of the first run would stand thousands of lines above the end.
if (existsSync(failures)) process.stderr.write(`\nFailed:\n${readFileSync(failures, 'utf8')}`);
rmSync(folder, { recursive: true });
process.exit(light || fleets);
