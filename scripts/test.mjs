// npm test [-- <arguments of Jest>]: runs all tests except the long ones of `npm run soak`, or
// those that the arguments select.
import { availableParallelism } from 'node:os';
import './follow-parent.mjs';
import { runJest } from './run-jest.mjs';

const chosen = process.argv.slice(2);

/** These tests mostly wait: for conditions, leases and pauses. */
const LIGHT = ['unit', 'once', 'postgres', 'redis'];
const LIGHT_WORKERS_A_CORE = 2;

/** Each of these keeps several processes busy; more at the same time would slow each other down. */
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
