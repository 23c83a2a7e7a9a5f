import { describe, expect, it } from 'vitest';
import { runScenario } from './support/run-scenario.js';

/** Starts a service with its own PostgreSQL. */
const TIMEOUT_MS = 120_000;

describe('a long recording', () => {
  it(
    'is measured in the chosen formats',
    async () => {
      const { stdout, written } = await runScenario('length', { minutes: 1, formats: 'ogg' });

      expect(stdout).toMatch(/^ogg +1 .* 1 of 1 .* equal$/m);
      expect(stdout).not.toMatch(/^(?:mp3|wav) /m);
      expect(written).toMatchObject({
        options: { minutes: 1, formats: ['ogg'] },
        results: [{ status: 'completed', isTextEqual: true, requestsWithSound: 1 }],
      });
    },
    TIMEOUT_MS,
  );
});
