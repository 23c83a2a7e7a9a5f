import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../simulator/seeded-random.js';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { Api } from './api.js';
import type { AudioHost } from './audio-host.js';
import { addChunkByUrl } from './open-submission.js';
import { everythingStored } from './record.js';
import type { World } from './test-service.js';

/** Long enough for a chunk to change its state meanwhile, and short enough to hit every state. */
const MAX_PAUSE_MS = 250;
const MIN_STEPS = 4;
const MAX_STEPS = 9;

/** Personal data of one recording, unique to it. */
interface Planted {
  email: string;
  phone: string;
  /** Detected only by a model. */
  name: string;
}

interface PlantedChunk extends Planted {
  id: string;
  /** Whether redaction is currently requested. */
  isRedacted: boolean;
}

type Settings = { redactPii?: boolean; anonymize?: boolean };
type Step = 'redact' | 'reveal' | 'restart' | 'add' | 'finish' | 'delete' | 'wait';

/**
 * Settings of a new conversation, and steps of a scenario; repeated entries are drawn more often.
 */
const SETTINGS: readonly Settings[] = [{}, {}, {}, { redactPii: true }, { anonymize: true }];
const STEPS: readonly Step[] = [
  ...(['redact', 'redact', 'redact', 'redact', 'redact', 'reveal', 'restart', 'restart'] as const),
  ...(['add', 'finish', 'delete', 'wait', 'wait'] as const),
];

const IN_FLIGHT: ReadonlySet<string> = new Set(['queued', 'transcribing', 'correcting']);

/**
 * A random scenario of one conversation, drawn step by step. The states in which its steps occur
 * depend on the service's timing.
 */
export class PrivacyScenario {
  private readonly chunks: PlantedChunk[] = [];
  /** Steps with their results, for the message of a failure. */
  private readonly trace: string[] = [];
  /** Planted words that were still stored somewhere when the request for redaction was answered. */
  private readonly leaks: string[] = [];
  isAnonymized = false;
  isDeleted = false;
  /** Number of requests for redaction that were answered while the chunk was in flight. */
  redactedInFlight = 0;
  private conversationId = '';
  private isFinished = false;

  constructor(
    private readonly environment: { world: World; api: Api; host: AudioHost },
    private readonly random: SeededRandom,
    /** Distinguishes its words from those of all others. */
    private readonly mark: string,
  ) {}

  async play(): Promise<void> {
    const settings = this.pick(SETTINGS);
    this.isAnonymized = settings.anonymize === true;
    this.conversationId = (await this.environment.api.createConversation(settings)).id;
    this.trace.push(`${this.conversationId}: ${JSON.stringify(settings)}`);
    await this.add(settings);
    const steps = Math.round(this.random.between(MIN_STEPS, MAX_STEPS));
    for (let count = 0; count < steps && !this.isDeleted; count += 1) {
      await pause(this.random.between(0, MAX_PAUSE_MS));
      await this.step(this.pick(STEPS), settings);
    }
    if (!this.isDeleted && !this.isFinished) await this.finish();
  }

  /** Returns all planted words of its recordings. */
  words(): string[] {
    return this.chunks.flatMap((chunk) => [...patternsOf(chunk), chunk.name]);
  }

  /** Returns its words, by whether they may still be stored when all work has ended. */
  result(): { forbidden: string[]; allowed: string[]; leaks: string[]; trace: string[] } {
    const forbidden = this.chunks.flatMap((chunk) => {
      if (this.isDeleted || this.isAnonymized) return [...patternsOf(chunk), chunk.name];
      return chunk.isRedacted ? patternsOf(chunk) : [];
    });
    const allowed = this.words().filter((word) => !forbidden.includes(word));
    return { forbidden, allowed, leaks: this.leaks, trace: this.trace };
  }

  private async step(step: Step, settings: Settings): Promise<void> {
    const chunk = this.pick(this.chunks);
    switch (step) {
      case 'redact':
        return this.redact(chunk);
      case 'reveal':
        return this.reveal(chunk);
      case 'restart':
        await this.start(chunk, {}, 'restart');
        return;
      case 'add':
        return this.isFinished ? undefined : this.add(settings);
      case 'finish':
        return this.finish();
      case 'delete':
        return this.delete();
      case 'wait':
        return;
    }
  }

  private async add(settings: Settings): Promise<void> {
    const { world, host } = this.environment;
    const words = this.plant();
    const audioUrl = host.newUrl();
    world.simulator.faults.add({
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'outcome', text: sentenceOf(words) },
    });
    const { id } = await addChunkByUrl(world, this.conversationId, audioUrl);
    const isRedacted = settings.redactPii === true || settings.anonymize === true;
    this.chunks.push({ ...words, id, isRedacted });
    this.trace.push(`add ${id}`);
  }

  private async redact(chunk: PlantedChunk): Promise<void> {
    const chunkStatus = await this.start(chunk, { redactPii: true }, 'redact');
    if (chunkStatus === undefined) return;
    if (IN_FLIGHT.has(chunkStatus) && !chunk.isRedacted) this.redactedInFlight += 1;
    chunk.isRedacted = true;
    const stored = await everythingStored(this.environment.world);
    for (const word of patternsOf(chunk)) {
      for (const [location, content] of stored) {
        if (content.includes(word)) this.leaks.push(`${location} right after it was ${chunkStatus}: ${word}`);
      }
    }
  }

  private async reveal(chunk: PlantedChunk): Promise<void> {
    if (this.isAnonymized) return;
    if ((await this.start(chunk, { redactPii: false }, 'reveal')) !== undefined) chunk.isRedacted = false;
  }

  /**
   * @returns the approximate state of the chunk at the request; undefined when the request was
   * refused
   */
  private async start({ id }: PlantedChunk, body: object, step: Step): Promise<string | undefined> {
    const { status: chunkStatus } = await this.environment.api.chunk(id);
    const force = this.random.next() < 0.7;
    const { status } = await this.environment.api.post<ChunkResponse>(
      `/api/transcription/chunks/${id}?force=${force}`,
      body,
    );
    this.trace.push(`${step} ${id}, ${chunkStatus}: ${status}`);
    return status === 202 ? chunkStatus : undefined;
  }

  private async finish(): Promise<void> {
    await this.environment.api.finish(this.conversationId);
    this.isFinished = true;
    this.trace.push('finish');
  }

  private async delete(): Promise<void> {
    await this.environment.api.send('DELETE', `/api/conversations/${this.conversationId}`, {});
    this.isDeleted = true;
    this.trace.push('delete');
  }

  private plant(): Planted {
    const mark = `${this.mark}${this.chunks.length}`;
    const digits = Array.from({ length: 7 }, () => Math.floor(this.random.between(0, 10))).join('');
    return { email: `adaeze.${mark}@example.org`, phone: `06 1${digits}`, name: `zonderland${mark}` };
  }

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random.between(0, items.length))] as T;
  }
}

function sentenceOf({ email, phone, name }: Planted): string {
  return `I am Wilhelmina ${name}, write to ${email} or call ${phone}.`;
}

/** Returns the texts to search for, and the number as formatted in the provider's words. */
function patternsOf({ email, phone }: Planted): string[] {
  return [email, phone, `"${phone.slice('06 '.length)}`];
}
