import type { Change, WindowState } from './audit.js';
import type { Experiment } from './experiment.js';
import { assertHolds } from './property-error.js';
import { numbersOf } from './recordings.js';

/**
 * Asserts that each window is settled once in a round, with an answer to a request of that round.
 *
 * @throws PropertyError
 */
export function assertWindowLifecycle(
  chunk: string,
  changes: Change<WindowState>[],
  { provider }: Experiment,
): void {
  const settled = new Set<string>();
  for (const { was, became } of changes) {
    const window = `window ${became.ordinal} of chunk ${chunk}`;
    if (was !== null && countsTokens(was, became)) continue;
    if (was !== null) assertTransition(window, was, became);
    if (became.status === 'pending') continue;
    assertHolds(became.submission === became.current, `${window} takes the result of its own submission`);
    assertHolds(
      became.chunkStatus === 'correcting' || became.chunkStatus === 'completed',
      `${window} is settled while its chunk is correcting (${became.chunkStatus})`,
    );
    const name = `${became.submission} ${became.ordinal} ${became.round}`;
    assertHolds(!settled.has(name), `${window} is settled once`);
    settled.add(name);
    assertHolds(
      became.isRedacted || !became.mustBeRedacted,
      `${window} is redacted when it must be (round ${became.round})`,
    );
    const [number] = numbersOf(became.transcript ?? '');
    if (number === undefined) continue;
    const { submission, ordinal, round } = became;
    const answer = provider.answers[number];
    assertHolds(
      answer?.submission === submission && answer.window === ordinal && answer.round === round,
      `${window} has an answer to its own request (round ${round}: ${JSON.stringify(answer)})`,
    );
  }
}

/** Whether nothing but the tokens has changed: an answer that came too late has been paid for. */
function countsTokens(was: WindowState, became: WindowState): boolean {
  return (
    was.status === became.status &&
    was.round === became.round &&
    was.transcript === became.transcript &&
    was.outputTokens < became.outputTokens
  );
}

/** Asserts that a window is settled, or is to be corrected again in the next round. */
function assertTransition(window: string, was: WindowState, became: WindowState): void {
  const isSettled = was.status === 'pending' && became.status !== 'pending' && was.round === became.round;
  const isPendingAgain = became.status === 'pending' && became.round === was.round + 1;
  assertHolds(
    isSettled || isPendingAgain,
    `${window}: ${was.status} -> ${became.status} is a transition (round ${was.round} -> ${became.round})`,
  );
  assertHolds(became.outputTokens >= was.outputTokens, `${window}: its tokens are kept`);
}
