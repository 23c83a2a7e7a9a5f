import { describe } from 'vitest';
import { itHoldsFor } from './check-scenarios.js';
import { windowScenarios } from './window-scenarios.js';

describe('random scenarios of long recordings', () => {
  itHoldsFor(
    'settles each window once in a round, and has the texts of all in order, however often it is corrected again',
    {
      subject: 'windows',
      scenarios: windowScenarios,
      usualRuns: 200,
      fullRuns: 1_000,
      mustHappen: [
        'scenarios with overlaps',
        'crashes',
        'wipes',
        'restarts',
        'corrections again',
        'redactions',
        'deletions',
        'fault correct: refused',
        'fault correct: unavailable',
      ],
    },
  );
});
