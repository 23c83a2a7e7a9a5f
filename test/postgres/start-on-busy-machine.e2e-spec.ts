import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOB_KINDS } from '../../src/queues/job-catalogue.js';
import { startChunk } from '../support/one-chunk.js';
import { ServiceProcess } from '../support/service-process.js';
import { World } from '../support/test-service.js';

const PRELOAD = new URL('../support/slow-connections-preload.mjs', import.meta.url).href;
/**
 * Longer than the few seconds in which an idle machine connects, and shorter than the timeout of a
 * start.
 */
const LATE_MS = 5_000;

/**
 * Texts in the first message of a connection: queues and workers choose a schema, the record has a
 * name.
 */
const OF_A_QUEUE = 'search_path';
const OF_THE_RECORD = 'application_name\0ringback\0';

describe('a service with an embedded database on a busy machine', () => {
  let world: World;
  let service: ServiceProcess;

  beforeEach(async () => {
    world = await World.start();
    await world.stopService();
  });

  afterEach(async () => {
    await service.stop();
    await world.stop();
  });

  it.each([
    ['the first connection of each queue', { holding: OF_A_QUEUE, first: 1, last: JOB_KINDS.length }],
    ['the first connection of the record', { holding: OF_THE_RECORD, first: 1, last: 1 }],
    [
      'the second connection of the record, which migrations open',
      { holding: OF_THE_RECORD, first: 2, last: 2 },
    ],
  ])('starts and works when this is delayed: %s', async (_which, late) => {
    service = ServiceProcess.spawn(
      world.env({
        DATABASE_URL: '',
        NODE_OPTIONS: `--import ${PRELOAD}`,
        SLOW_CONNECTIONS: JSON.stringify({ ...late, ms: LATE_MS }),
      }),
    );
    await service.ready();
    const { id } = await startChunk(world.api);

    expect(await world.api.settledChunk(id)).toMatchObject({ status: 'completed' });
    expect(service.output).not.toContain('"level":"error"');
  });
});
