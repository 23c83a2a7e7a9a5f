// npm test [-- <arguments of Jest>]: all tests but the long proofs of `npm run soak`, or those that the arguments choose.
import { availableParallelism } from 'node:os';
import './follow-parent.mjs';
import { runJest } from './run-jest.mjs';

const chosen = process.argv.slice(2);

/** Most of their time these wait: for facts, for leases, for pauses to end. */
const LIGHT = ['unit', 'once', 'postgres', 'redis'];
const LIGHT_WORKERS_A_CORE = 2;

/** Each of these keeps several processes busy; more at once would take the time from each other. */
const FLEETS = ['postgres-fleets', 'redis-fleets'];
const FLEET_WORKERS = Math.max(2, Math.floor(availableParallelism() / 2));

async function run(projects, workers) {
  const { exitCode } = await runJest(['--maxWorkers', String(workers), '--selectProjects', ...projects]);
  return exitCode;
}

if (chosen.length > 0) {
  const { exitCode } = await runJest(chosen);
  process.exit(exitCode);
}
const light = await run(LIGHT, availableParallelism() * LIGHT_WORKERS_A_CORE);
const fleets = await run(FLEETS, FLEET_WORKERS);
process.exit(light || fleets);
