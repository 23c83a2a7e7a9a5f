import type { BackgroundWork } from '../background-work.js';
import type { OutcomeEffect } from '../fault-types.js';
import type { Ledger } from '../ledger.js';
import type { Lifetime } from '../lifetime.js';
import type { SeededRandom } from '../seeded-random.js';
import { drawLatencyMs, type SimulatorSettings } from '../settings.js';
import type { Ear, HearingResult } from './hearing.js';
import { hasEnded, type Transcript } from './transcript.js';
import type { Delivery, WebhookSender } from './webhook-sender.js';

/**
 * The life of a job:
 *
 *   queued      waits for a slot of the account (`throttled: true`), or for its turn   -> processing
 *   processing  holds a slot; the recording is fetched and heard                       -> completed | error
 *   completed, error   the slot is free, the callback is on its way                    (final)
 *
 * `end` is the only function that makes a job completed or error, and does so once. A deleted job never ends.
 */

/** The part of the latency that a job is seen as queued. */
const QUEUED_SHARE = 0.2;

const NO_DELIVERY: Delivery = { firstAnswer: Promise.resolve(), done: Promise.resolve() };

export class JobRunner {
  private readonly slots = new Set<Transcript>();
  private readonly waiting = new Set<Transcript>();

  constructor(
    private readonly tools: {
      readonly settings: SimulatorSettings;
      readonly random: SeededRandom;
      readonly lifetime: Lifetime;
      readonly background: BackgroundWork;
      readonly ledger: Ledger;
      readonly ear: Ear;
      readonly webhooks: WebhookSender;
    },
  ) {}

  /** Gives the job a slot, or a place in the line. */
  start(transcript: Transcript): void {
    if (this.slots.size >= this.tools.settings.accountConcurrency) {
      transcript.throttled = true;
      this.waiting.add(transcript);
      return;
    }
    this.slots.add(transcript);
    this.tools.background.run(this.run(transcript));
  }

  /** Ends the job at once, whatever its latency; its callback goes out as usual. A job that has ended stays as it is. */
  async endNow(transcript: Transcript): Promise<Delivery> {
    return this.end(transcript, await this.tools.ear.hear(transcript.params));
  }

  /** A job that has ended or was deleted gives its slot away. */
  release(transcript: Transcript): void {
    this.waiting.delete(transcript);
    this.slots.delete(transcript);
    this.fillSlots();
  }

  /** To be called when the account may do more at once than before. */
  fillSlots(): void {
    for (const transcript of this.waiting) {
      if (this.slots.size >= this.tools.settings.accountConcurrency) {
        return;
      }
      this.waiting.delete(transcript);
      transcript.throttled = false;
      this.start(transcript);
    }
  }

  clear(): void {
    this.waiting.clear();
    this.slots.clear();
  }

  private async run(transcript: Transcript): Promise<void> {
    const { settings, random, lifetime, ear } = this.tools;
    const latencyMs = transcript.outcome?.latencyMs ?? drawLatencyMs(settings.latencyMs, random);
    const queued = await lifetime.sleep(latencyMs * QUEUED_SHARE);
    if (queued === 'cancelled' || hasEnded(transcript)) {
      return;
    }
    transcript.status = 'processing';
    this.record(transcript);
    if (transcript.outcome?.status === 'processing') {
      return;
    }
    const [hearing, slept] = await Promise.all([
      ear.hear(transcript.params),
      lifetime.sleep(latencyMs * (1 - QUEUED_SHARE)),
    ]);
    if (slept === 'elapsed') {
      this.end(transcript, hearing);
    }
  }

  private end(transcript: Transcript, hearing: HearingResult): Delivery {
    if (hasEnded(transcript)) {
      return NO_DELIVERY;
    }
    const { status, error, heard } = resultOf(hearing, transcript.outcome);
    transcript.status = status;
    transcript.error = error;
    transcript.heard = heard;
    transcript.endedAt = Date.now();
    transcript.throttled = transcript.throttled === null ? null : false;
    this.record(transcript);
    this.release(transcript);
    const delivery = this.tools.webhooks.deliver(transcript);
    this.tools.background.run(delivery.done);
    return delivery;
  }

  private record(transcript: Transcript): void {
    const entry = this.tools.ledger.transcripts.get(transcript.id);
    if (entry !== undefined) {
      entry.status = transcript.status;
      entry.endedAt = transcript.endedAt;
      entry.billed = transcript.status !== 'error';
    }
    this.tools.ledger.changed();
  }
}

type Result = Pick<Transcript, 'error' | 'heard'> & { status: 'completed' | 'error' };

function resultOf(hearing: HearingResult, outcome: OutcomeEffect | null): Result {
  if (outcome?.status === 'error') {
    return {
      status: 'error',
      error: outcome.error ?? 'Server error, developers have been alerted.',
      heard: null,
    };
  }
  if (!hearing.ok) {
    return { status: 'error', error: hearing.error, heard: null };
  }
  const heard = outcome?.text === undefined ? hearing.heard : { ...hearing.heard, text: outcome.text };
  return { status: 'completed', error: null, heard };
}
