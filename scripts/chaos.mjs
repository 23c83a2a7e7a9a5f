// npm run chaos -- --seed N --minutes M [--engine postgres|redis]: runs the chaos suite for longer,
// or with another seed.
import { parseArgs } from 'node:util';
import './follow-parent.mjs';
import { projects, runVitest } from './run-vitest.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    engine: { type: 'string' },
  },
});
const engines = values.engine === undefined ? ['postgres', 'redis'] : [values.engine];
const { exitCode } = await runVitest(
  ['--maxWorkers=1', ...projects(engines.map((engine) => `${engine}-soak`)), 'test/chaos'],
  {
    env: { RINGBACK_SOAK: 'full', CHAOS_SEED: values.seed, CHAOS_MINUTES: values.minutes },
  },
);
process.exit(exitCode);
