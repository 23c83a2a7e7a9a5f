import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { World } from './test-service.js';

/**
 * Provides one world for all tests of a describe block. Each test starts with an empty ledger,
 * without faults and hooks, so that nothing may be in flight when a test ends.
 *
 * @param options.prepare runs before every test of the block
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
