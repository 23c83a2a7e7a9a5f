import type { ProviderFault } from './in-memory-provider.js';
import type { QueueFault } from './in-memory-queues.js';

/** Number of consecutive checks without success after which a transcript is given up. */
const CHECKS_UNTIL_DENIED = 5;

/** A callback that the service accepted with 200, for a transcript that was ready at that time. */
export interface AcceptedHint {
  submission: string;
  /** Step in which it was sent. */
  sentAt: number;
}

/** Records what the experiment did to the service, by which the outcome is judged. */
export class Ledger {
  /** The current step. */
  step = 0;
  crashes = 0;
  wipes = 0;
  queueFaults = 0;
  /** Maximum number of concurrent activities. */
  overlapping = 0;
  /** Whether nothing got lost, and activities ran one at a time. */
  undisturbed = false;
  /**
   * The last step with a disturbance that may cost time: it voids the promise of earlier callbacks.
   */
  disturbedAt = -1;
  readonly hints: AcceptedHint[] = [];
  /** Answers to callbacks of each kind. */
  readonly callbacks = new Counts();
  /** Callbacks that were seen to cause a check. */
  followedHints = 0;
  /** Requested restarts of each chunk. */
  readonly restarts = new Counts();
  /** Requested corrections of each chunk that are made again. */
  readonly correctionsAgain = new Counts();
  /** Requests to redact each chunk from now on. */
  readonly redactions = new Counts();
  /** Whether the conversation was deleted. */
  isDeleted = false;
  /** Restarts that happened. */
  restartsDone = 0;
  /** Corrections that were made again. */
  correctionsDone = 0;
  /** Number of requests to restart all failed chunks. */
  bulkRestarts = 0;
  /** Chunks whose submitter continued after the end of its lease, like a frozen process. */
  readonly frozen = new Counts();
  /** Recordings with a request that was carried out after its sender had given up. */
  readonly lateRequests = new Counts();
  /** Chunks whose time limit has passed, so that they may fail. */
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

  /**
   * Returns the hints that nothing has interfered with: they must be followed without any time
   * passing.
   */
  promisedHints(): AcceptedHint[] {
    return this.hints.filter(({ sentAt }) => sentAt > this.disturbedAt);
  }

  /** Whether jobs may have been lost, which only the reconciler restores. */
  get hasLostWork(): boolean {
    return this.crashes + this.wipes + this.queueFaults > 0;
  }

  /** Returns how often a chunk may have been restarted. */
  restartsOf(chunkId: string): number {
    return this.restarts.of(chunkId) + this.bulkRestarts;
  }

  /** Returns how many transcripts may have been paid for a recording that was sent in `chunks`. */
  allowedPayments(recording: string, chunks: string[]): number {
    const ofChunks = chunks.map((chunk) => 1 + this.restartsOf(chunk) + this.frozen.of(chunk));
    return (
      ofChunks.reduce((sum, count) => sum + count, 0) + this.lateRequests.of(recording) + this.unfindable
    );
  }

  /**
   * Number of transcripts that the provider itself denied: it did not list them, or did not find
   * them in consecutive checks.
   */
  private get unfindable(): number {
    const denied = this.faults.of('get: not found');
    const failedChecks = denied + this.faults.of('get: unavailable') + this.faults.of('list: unavailable');
    return this.faults.of('list: lagging') + Math.min(denied, Math.floor(failedChecks / CHECKS_UNTIL_DENIED));
  }

  get mayCorrectionFail(): boolean {
    return this.faults.of('correct: refused') + this.faults.of('correct: unavailable') > 0;
  }

  get mayCheckFail(): boolean {
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
