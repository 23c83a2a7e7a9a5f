import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { ChunkStatus } from '../src/chunks/states.js';
import { CHUNK_STATES } from '../commands/terminal/progress.js';

/** Short enough to see the first-stage text before the corrected one replaces it. */
const POLL_INTERVAL_MS = 100;

/** The fields that are needed to follow a chunk. */
export type ChunkFacts = Pick<ChunkResponse, 'status' | 'transcript' | 'error' | 'diarization'>;

export interface ChunkNews {
  /** Called once for each state, in order, including states that passed between two reads. */
  onState(status: ChunkStatus): void;
  /** Called once with the first-stage text, before the corrected one. */
  onHeard(text: string): void;
  onCorrected(text: string): void;
}

export class ChunkFailedError extends Error {
  override readonly name = 'ChunkFailedError';
  readonly code = 'chunk_failed';
}

/**
 * Reports the progress of a chunk until it is completed.
 *
 * @param read reads the current chunk
 * @throws ChunkFailedError when it fails; whatever `read` throws
 */
export async function followChunk<T extends ChunkFacts>(read: () => Promise<T>, news: ChunkNews): Promise<T> {
  let reported = -1;
  let heard: string | undefined;
  for (;;) {
    const chunk = await read();
    if (chunk.status === 'failed') {
      news.onState('failed');
      throw new ChunkFailedError(chunk.error ?? 'no reason was given');
    }
    const reached = CHUNK_STATES.indexOf(chunk.status);
    for (; reported < reached; reported += 1) {
      const status = CHUNK_STATES[reported + 1];
      if (status === 'completed') heard ??= reportHeard(firstStageText(chunk), news);
      if (status !== undefined) news.onState(status);
    }
    if (chunk.status === 'correcting') heard ??= reportHeard(chunk.transcript, news);
    if (chunk.status === 'completed') {
      news.onCorrected(chunk.transcript ?? '');
      return chunk;
    }
    await pause(POLL_INTERVAL_MS);
  }
}

function reportHeard(text: string | null, news: ChunkNews): string | undefined {
  if (text === null) return undefined;
  news.onHeard(text);
  return text;
}

/** Returns the provider's answer, which is kept next to the corrected text. */
function firstStageText({ diarization }: ChunkFacts): string | null {
  const { raw } = (diarization?.data ?? {}) as { raw?: { text?: unknown } };
  return typeof raw?.text === 'string' ? raw.text : null;
}
