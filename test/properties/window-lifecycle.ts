import type { Change, WindowState } from './audit.js';
import { assertHolds } from './property-error.js';

/** @throws PropertyError */
export function assertWindowLifecycle(chunk: string, changes: Change<WindowState>[]): void {
  const settled = new Set<string>();
  for (const { was, became } of changes) {
    const window = `window ${became.ordinal} of chunk ${chunk}`;
    if (was !== null) {
      assertHolds(
        was.status === 'pending' && was.round === became.round,
        `${window}: ${was.status} -> ${became.status} is a transition`,
      );
    }
    if (became.status === 'pending') continue;
    assertHolds(became.submission === became.current, `${window} takes the result of its own submission`);
    assertHolds(
      became.chunkStatus === 'correcting' || became.chunkStatus === 'completed',
      `${window} is settled while its chunk is correcting (${became.chunkStatus})`,
    );
    const name = `${became.submission} ${became.ordinal} ${became.round}`;
    assertHolds(!settled.has(name), `${window} is settled once`);
    settled.add(name);
  }
}
