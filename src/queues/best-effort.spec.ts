import { describe, expect, it } from 'vitest';
import { Logger } from '@nestjs/common';
import { bestEffort } from './best-effort.js';

class RecordingLogger extends Logger {
  readonly warnings: unknown[] = [];

  override warn(message: unknown): void {
    this.warnings.push(message);
  }
}

describe('bestEffort', () => {
  it('waits for the work, and logs nothing when it succeeds', async () => {
    const logger = new RecordingLogger();
    let done = false;
    await bestEffort(logger, 'queueing', () => {
      done = true;
      return Promise.resolve();
    });

    expect(done).toBe(true);
    expect(logger.warnings).toEqual([]);
  });

  it('does not fail its caller, and logs that the reconciler will repeat the work', async () => {
    const logger = new RecordingLogger();
    await bestEffort(logger, 'queueing', () => Promise.reject(new Error('the store is away')));

    expect(logger.warnings).toEqual(['queueing must wait for the reconciler: the store is away']);
  });
});
