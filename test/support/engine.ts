import { inject } from 'vitest';

export type Engine = 'postgres' | 'redis';

declare module 'vitest' {
  interface ProvidedContext {
    engine: Engine;
  }
}

/**
 * The engine that this run of a test file is on; vitest.config.js runs every end-to-end file once
 * on each.
 */
export function currentEngine(): Engine {
  return inject('engine');
}
