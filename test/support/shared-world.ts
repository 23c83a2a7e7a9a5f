import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { World } from './test-service.js';

/**
 * One world for all tests of a describe block. Each test has it for itself: the ledger, the faults and the hooks start empty, so
 * nothing may be in flight when a test ends.
 *
 * @param options.prepare what every test of the block begins with
 */
export function sharedWorld(
  start: () => Promise<World>,
  options: { prepare?: (world: World) => void } = {},
): () => World {
  let world: World;
  beforeAll(async () => {
    world = await start();
  });
  beforeEach(async () => {
    await world.simulator.reset();
    options.prepare?.(world);
  });
  afterAll(async () => {
    await world.stop();
  });
  return () => world;
}
