import type { BackgroundWork } from '../background-work.js';
import type { OutcomeEffect } from '../fault-types.js';
import type { Ledger } from '../ledger.js';
import type { Lifetime } from '../lifetime.js';
import type { SeededRandom } from '../seeded-random.js';
import { drawLatencyMs, type SimulatorSettings } from '../settings.js';
import type { SpeechToText, SpeechToTextResult } from './speech-to-text.js';
import { hasEnded, type Transcript } from './transcript.js';
import type { Delivery, WebhookSender } from './webhook-sender.js';

/**
 * The states of a job:
 *
 *   queued      waits for a slot of the account (`throttled: true`), or for its start -> processing
 *   processing  holds a slot; the recording is fetched and transcribed     -> completed | error
 *   completed, error   the slot is free, the callback is being sent        (final)
 *
 * `end` is the only function that makes a job completed or error, and does so once. A deleted job
 * never ends.
 */

/** Share of the latency during which a job is reported as queued. */
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
      readonly speechToText: SpeechToText;
      readonly webhooks: WebhookSender;
    },
  ) {}

  /** Gives the job a slot, or puts it into the queue. */
  start(transcript: Transcript): void {
    if (this.slots.size >= this.tools.settings.accountConcurrency) {
      transcript.throttled = true;
      this.waiting.add(transcript);
      return;
    }
    this.slots.add(transcript);
    this.tools.background.run(this.run(transcript));
  }

  /** Ends a running job at once, whatever its latency; its callback is sent as usual. */
  async endNow(transcript: Transcript): Promise<Delivery> {
    return this.end(transcript, await this.tools.speechToText.transcribe(transcript.params));
  }

  /** Frees the slot of a job that has ended or was deleted. */
  release(transcript: Transcript): void {
    this.waiting.delete(transcript);
    this.slots.delete(transcript);
    this.fillSlots();
  }

  /** Starts waiting jobs; to be called when the account's concurrency was raised. */
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
    const { settings, random, lifetime, speechToText } = this.tools;
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
    const [result, slept] = await Promise.all([
      speechToText.transcribe(transcript.params),
      lifetime.sleep(latencyMs * (1 - QUEUED_SHARE)),
    ]);
    if (slept === 'elapsed') {
      this.end(transcript, result);
    }
  }

  private end(transcript: Transcript, result: SpeechToTextResult): Delivery {
    if (hasEnded(transcript)) {
      return NO_DELIVERY;
    }
    const { status, error, heard } = resultOf(result, transcript.outcome);
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

function resultOf(result: SpeechToTextResult, outcome: OutcomeEffect | null): Result {
  if (outcome?.status === 'error') {
    return {
      status: 'error',
      error: outcome.error ?? 'Server error, developers have been alerted.',
      heard: null,
    };
  }
  if (!result.ok) {
    return { status: 'error', error: result.error, heard: null };
  }
  const { text = result.heard.text, durationSeconds = result.heard.durationSeconds } = outcome ?? {};
  const heard = { ...result.heard, text, durationSeconds };
  return { status: 'completed', error: null, heard };
}
