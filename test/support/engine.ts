export type Engine = 'postgres' | 'redis';

/**
 * Returns the engine of this run of a test file; jest.config.js runs every end-to-end file once on
 * each.
 */
export function currentEngine(): Engine {
  return (globalThis as { ringbackEngine?: Engine }).ringbackEngine ?? 'postgres';
}
