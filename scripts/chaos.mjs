// npm run chaos -- --seed N --minutes M [--engine postgres|redis]: the chaos suite for longer, or with another seed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    engine: { type: 'string' },
  },
});
const engines = values.engine === undefined ? ['postgres', 'redis'] : [values.engine];
const root = fileURLToPath(new URL('..', import.meta.url));
const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--runInBand'];
const { status } = spawnSync(
  process.execPath,
  [...jest, '--selectProjects', ...engines, '--', 'test/chaos'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CHAOS_SEED: values.seed, CHAOS_MINUTES: values.minutes },
  },
);
process.exit(status ?? 1);
