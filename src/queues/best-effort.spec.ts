import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { bestEffort } from './best-effort.js';

class RecordingLogger extends Logger {
  readonly warnings: unknown[] = [];

  override warn(message: unknown): void {
    this.warnings.push(message);
  }
}

describe('what is done as well as can be', () => {
  it('is waited for, and said nothing of, when it is done', async () => {
    const logger = new RecordingLogger();
    let done = false;
    await bestEffort(logger, 'queueing', () => {
      done = true;
      return Promise.resolve();
    });

    expect(done).toBe(true);
    expect(logger.warnings).toEqual([]);
  });

  it('does not fail its caller, and says who makes up for it', async () => {
    const logger = new RecordingLogger();
    await bestEffort(logger, 'queueing', () => Promise.reject(new Error('the store is away')));

    expect(logger.warnings).toEqual(['queueing must wait for the reconciler: the store is away']);
  });
});
