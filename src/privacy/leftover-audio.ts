import { errorMessage } from '../errors/error-message.js';
import { Injectable, Logger } from '@nestjs/common';
import { AudioStorage, type ListedAudio } from '../audio/audio-storage.js';
import { type KeptAudio, LeftoverAudioRepository } from './leftover-audio.repository.js';

const HOUR_MS = 3_600_000;
/** Pause between two rounds through the store, and after a failed one. */
const ROUND_INTERVAL_MS = HOUR_MS;
/** No upload takes a day, and its chunk is stored within seconds of its end. */
const MIN_AGE_MS = 24 * HOUR_MS;
/**
 * A recording is removed when it was found without a chunk twice, this far apart by a monotonic
 * clock: ages come from system clocks that may be wrong, and storing a chunk takes seconds.
 */
const CONFIRM_AFTER_MS = HOUR_MS / 2;
/** Recordings per page: one list request to a bucket, and one statement. */
const PAGE = 500;
/** Deletions and copies at the provider wait for this work; 5,000 recordings take a few seconds. */
const PAGES_PER_RUN = 10;
/** Maximum of suspects per round; the others are found again in a later round. */
const MAX_SUSPECTS = 10_000;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const OUR_KEY = new RegExp(`^(${UUID})/(${UUID})\\.`, 'i');

export interface Clocks {
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** Milliseconds of a monotonic clock. */
  monotonicMs: number;
}

/**
 * Removes recordings without a chunk, and parts of unfinished uploads. They remain when storing the
 * chunk fails after its audio was stored, or when the process crashes in between. Walks through the
 * store in rounds, a limited number of pages per run.
 */
@Injectable()
export class LeftoverAudio {
  private readonly logger = new Logger('Retention');
  /** Recordings without a chunk, and when each was first found, by the monotonic clock. */
  private readonly suspects = new Map<string, number>();
  private after: string | undefined;
  private roundStartMs = -Infinity;
  private nextRoundMs = -Infinity;

  constructor(
    private readonly kept: LeftoverAudioRepository,
    private readonly storage: AudioStorage,
  ) {}

  /** Continues the round, or begins one that is due. An error ends it; the next one starts over. */
  async run(
    signal: AbortSignal,
    clocks: Clocks = { nowMs: Date.now(), monotonicMs: performance.now() },
  ): Promise<void> {
    if (clocks.monotonicMs < this.nextRoundMs) return;
    try {
      if (this.after === undefined) {
        this.roundStartMs = clocks.monotonicMs;
        await this.storage.cleanTemporary({
          nowMs: clocks.nowMs,
          inUse: (keys) => this.kept.arrivingInParts(keys.map((key) => ({ key })).flatMap(idsOf)),
        });
      }
      for (let pages = 0; pages < PAGES_PER_RUN && !signal.aborted; pages += 1) {
        const { recordings, next } = await this.storage.list({ after: this.after, limit: PAGE });
        await this.examine(recordings, { signal, clocks });
        this.after = next;
        if (next === undefined) {
          this.endRound(clocks);
          return;
        }
      }
    } catch (error) {
      this.after = undefined;
      this.nextRoundMs = clocks.monotonicMs + ROUND_INTERVAL_MS;
      throw error;
    }
  }

  private endRound({ monotonicMs }: Clocks): void {
    this.nextRoundMs = monotonicMs + ROUND_INTERVAL_MS;
    for (const [key, foundMs] of this.suspects) {
      if (foundMs < this.roundStartMs) this.suspects.delete(key);
    }
  }

  private async examine(
    recordings: readonly ListedAudio[],
    { signal, clocks }: { signal: AbortSignal; clocks: Clocks },
  ): Promise<void> {
    const old = recordings.filter(({ storedAtMs }) => clocks.nowMs - storedAtMs >= MIN_AGE_MS);
    let removed = 0;
    for (const key of await this.kept.withoutChunk(old.flatMap(idsOf))) {
      if (signal.aborted) break;
      const foundMs = this.suspects.get(key);
      if (foundMs !== undefined && clocks.monotonicMs - foundMs >= CONFIRM_AFTER_MS) {
        if (await this.delete(key)) removed += 1;
      } else if (foundMs === undefined && this.suspects.size < MAX_SUSPECTS) {
        this.suspects.set(key, clocks.monotonicMs);
      }
    }
    if (removed > 0) this.logger.log(`removed ${removed} recordings that belong to no chunk`);
  }

  private async delete(key: string): Promise<boolean> {
    try {
      await this.storage.delete(key);
      this.suspects.delete(key);
      return true;
    } catch (error) {
      const reason = errorMessage(error);
      this.logger.warn(`the recording ${key} belongs to no chunk, but could not be removed: ${reason}`);
      return false;
    }
  }
}

/** Parses the ids of a key. Other keys, such as the doctor's, do not belong to chunks. */
function idsOf({ key }: Pick<ListedAudio, 'key'>): KeptAudio[] {
  const [, conversationId, chunkId] = OUR_KEY.exec(key) ?? [];
  return conversationId === undefined || chunkId === undefined ? [] : [{ key, conversationId, chunkId }];
}
