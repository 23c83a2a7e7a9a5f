import type { Fault } from '../../simulator/fault-types.js';

/** Faults of a very unreliable provider: about one of three requests fails in some way. */
export const PROVIDER_FAULTS: readonly Fault[] = [
  {
    operation: 'submit',
    probability: 0.03,
    effect: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
  },
  { operation: 'submit', probability: 0.04, effect: { kind: 'status', status: 503 } },
  { operation: 'submit', probability: 0.04, effect: { kind: 'lostReply' } },
  { operation: 'submit', probability: 0.02, effect: { kind: 'cut' } },
  { operation: 'webhook', probability: 0.02, effect: { kind: 'early' } },
  {
    operation: 'submit',
    probability: 0.02,
    effect: { kind: 'outcome', status: 'error', error: 'Server error, developers have been alerted.' },
  },
  {
    operation: 'upload',
    probability: 0.02,
    effect: { kind: 'status', status: 500, body: '<html>oops</html>' },
  },
  { operation: 'get', probability: 0.05, effect: { kind: 'status', status: 500 } },
  { operation: 'get', probability: 0.02, effect: { kind: 'cut' } },
  { operation: 'get', probability: 0.005, effect: { kind: 'hang' } },
  {
    operation: 'list',
    probability: 0.05,
    effect: { kind: 'status', status: 502, body: '<html>oops</html>' },
  },
  { operation: 'webhook', probability: 0.2, effect: { kind: 'drop' } },
  { operation: 'webhook', probability: 0.1, effect: { kind: 'duplicate', copies: 2 } },
  { operation: 'webhook', probability: 0.05, effect: { kind: 'wrongSecret' } },
  { operation: 'correct', probability: 0.06, effect: { kind: 'status', status: 503 } },
  {
    operation: 'correct',
    probability: 0.02,
    effect: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
  },
  {
    operation: 'correct',
    probability: 0.02,
    effect: { kind: 'text', text: '{"corrected_transcript": "cut of' },
  },
  { operation: 'correct', probability: 0.01, effect: { kind: 'empty' } },
  { operation: 'summarize', probability: 0.05, effect: { kind: 'status', status: 503 } },
];
