/**
 * Runs a conversation under random commands, interleavings, crashes and faults, and checks rules
 * that must always hold. It uses the service's own classes on a real database and the engine's own
 * coordination. Only the queue (which job runs when, how often, on how many workers) and the
 * providers are simulated, because the experiment must control them.
 */
import { describe } from 'vitest';
import { itHoldsFor } from './check-scenarios.js';
import { scenarios } from './scenarios.js';

describe('random scenarios of chunks', () => {
  itHoldsFor(
    'settles once, loses nothing and pays once, whatever crashes, overlaps, repetitions or losses occur',
    {
      subject: 'chunks',
      scenarios,
      // Each mutant of `npm run mutants` that is detected at all is detected within the first 310.
      usualRuns: 320,
      fullRuns: 1_000,
      mustHappen: [
        'undisturbed scenarios',
        'scenarios with overlaps',
        'crashes',
        'wipes',
        'restarts',
        'frozen',
        'hints followed',
        'callback genuine: ok',
        'callback genuine: unknown',
        'callback without submission: ok',
        'callback forged id: ok',
        'callback crossed: ok',
      ],
    },
  );
});
