export type Engine = 'postgres' | 'redis';

/** The engine that this run of a test file is on; jest.config.js runs every end-to-end file once on each. */
export function currentEngine(): Engine {
  return (globalThis as { ringbackEngine?: Engine }).ringbackEngine ?? 'postgres';
}
