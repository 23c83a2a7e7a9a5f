import { describe, expect, it } from 'vitest';
import type { JobObserver } from '../observability/job-observer.js';
import { DONE, JobProcessor, type JobOutcome } from './job-processor.js';

class IdleProcessor extends JobProcessor<'check'> {
  protected readonly kind = 'check';
  protected readonly concurrency = 1;

  protected handle(): Promise<JobOutcome> {
    return Promise.resolve(DONE);
  }
}

describe('a processor', () => {
  it('closes without an error when its start failed before it had a worker', async () => {
    const processor = new IdleProcessor({ flush: () => Promise.resolve() } as unknown as JobObserver);

    expect(() => {
      processor.onModuleDestroy();
    }).not.toThrow();
    await expect(processor.beforeApplicationShutdown()).resolves.toBeUndefined();
  });
});
