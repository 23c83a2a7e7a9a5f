import type { ProviderFault } from './in-memory-provider.js';
import type { QueueFault } from './in-memory-queues.js';

/** A transcript that so many looks in a row do not find is given up. */
const LOOKS_UNTIL_DENIED = 5;

/** A callback that the service took with 200, of a transcript that was ready when it was made. */
export interface AcceptedHint {
  submission: string;
  /** The step that it was sent in. */
  sentAt: number;
}

/** What the experiment did to the service: what the outcome is judged by. */
export class Ledger {
  /** The present step. */
  step = 0;
  crashes = 0;
  wipes = 0;
  queueFaults = 0;
  /** Activities that were going on at once, at most. */
  overlapping = 0;
  /** Whether nothing got lost, and one thing was done at a time. */
  peaceful = false;
  /** The last step in which something was broken that may cost time: a callback before it promises nothing any more. */
  disturbedAt = -1;
  readonly hints: AcceptedHint[] = [];
  /** What callbacks of each kind were answered with. */
  readonly callbacks = new Counts();
  /** Callbacks of which it was seen that they made us look. */
  followedHints = 0;
  /** Chunks, and how often somebody asked to start each again. */
  readonly restarts = new Counts();
  /** Restarts that happened. */
  restartsDone = 0;
  /** How often somebody asked to start all failed chunks again. */
  bulkRestarts = 0;
  /** Chunks whose submitter lived on after its lease had ended, as a frozen process does. */
  readonly frozen = new Counts();
  /** Recordings with a request that was carried out after its sender had given up. */
  readonly lateRequests = new Counts();
  /** Chunks whose time was over, so that they may fail. */
  readonly overdue = new Set<string>();
  /** Recordings that the provider refused. */
  readonly refused = new Set<string>();
  readonly faults = new Counts();

  serve(fault: ProviderFault, recording: string | undefined): void {
    this.faults.add(`${fault.call}: ${fault.kind}`);
    this.disturb();
    if (recording === undefined) return;
    if (fault.kind === 'carried out late') this.lateRequests.add(recording);
    if (fault.call === 'submit' && fault.kind === 'refused') this.refused.add(recording);
  }

  serveQueueFault(fault: QueueFault): void {
    this.faults.add(`queue: ${fault}`);
    this.queueFaults += 1;
    this.disturb();
  }

  crash(): void {
    this.crashes += 1;
    this.disturb();
  }

  wipe(): void {
    this.wipes += 1;
    this.disturb();
  }

  disturb(): void {
    this.disturbedAt = this.step;
  }

  /** Hints that nothing has got into the way of: they must be followed without any time passing. */
  promisedHints(): AcceptedHint[] {
    return this.hints.filter(({ sentAt }) => sentAt > this.disturbedAt);
  }

  /** Whether jobs may have been lost, which only the reconciler brings back. */
  get hasLostWork(): boolean {
    return this.crashes + this.wipes + this.queueFaults > 0;
  }

  /** How often a chunk may have been restarted. */
  restartsOf(chunkId: string): number {
    return this.restarts.of(chunkId) + this.bulkRestarts;
  }

  /** How many transcripts may have been paid for a recording, `chunks` of which were sent. */
  allowedPayments(recording: string, chunks: string[]): number {
    const ofChunks = chunks.map((chunk) => 1 + this.restartsOf(chunk) + this.frozen.of(chunk));
    return (
      ofChunks.reduce((sum, count) => sum + count, 0) + this.lateRequests.of(recording) + this.unfindable
    );
  }

  /** Transcripts that the provider itself denied: it did not list them, or did not know them look after look. */
  private get unfindable(): number {
    const denied = this.faults.of('get: not found');
    const failedChecks = denied + this.faults.of('get: unavailable') + this.faults.of('list: unavailable');
    return this.faults.of('list: lagging') + Math.min(denied, Math.floor(failedChecks / LOOKS_UNTIL_DENIED));
  }

  get mayCorrectionFail(): boolean {
    return this.faults.of('correct: refused') + this.faults.of('correct: unavailable') > 0;
  }

  get mayLookFail(): boolean {
    return this.faults.of('get: not found') + this.faults.of('get: unavailable') > 0;
  }
}

export class Counts {
  private readonly counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.counts.set(name, this.of(name) + count);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  entries(): [string, number][] {
    return [...this.counts];
  }
}
