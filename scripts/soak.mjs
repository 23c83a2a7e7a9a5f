// npm run soak [-- --sample]: runs the long tests on both engines. At full volume it takes hours:
// ten minutes of chaos per engine, every crash point, a thousand random scenarios, fleets of
// processes with all their chunks. A sample takes minutes.
import { parseArgs } from 'node:util';
import './follow-parent.mjs';
import { projects, runVitest } from './run-vitest.mjs';

const { values } = parseArgs({ options: { sample: { type: 'boolean', default: false } } });

const LONG_PROOFS = ['postgres-soak', 'redis-soak'];
const WITH_MORE_VOLUME = ['once', 'postgres', 'redis', 'postgres-fleets', 'redis-fleets'];
const FILES_WITH_MORE_VOLUME = [
  'test/properties',
  'test/privacy-scenarios',
  'test/long-recordings',
  'fleet-spec',
  'soak-spec',
];

const FULL = { RINGBACK_SOAK: 'full', CHAOS_MINUTES: '10', RINGBACK_CRASH_POINTS: 'all' };

const { exitCode } = values.sample
  ? await runVitest(projects(LONG_PROOFS), { env: { RINGBACK_SOAK: 'sample' } })
  : await runVitest(
      ['--maxWorkers=1', ...projects([...LONG_PROOFS, ...WITH_MORE_VOLUME]), ...FILES_WITH_MORE_VOLUME],
      { env: { ...FULL, ...process.env } },
    );
process.exit(exitCode);
