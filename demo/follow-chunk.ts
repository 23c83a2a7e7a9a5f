import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { ChunkStatus } from '../src/chunks/states.js';
import { CHUNK_STATES } from './progress.js';

/** Often enough to see the first-stage text before the corrected one takes its place. */
const LOOK_INTERVAL_MS = 100;

/** What it takes to follow a chunk. */
export type ChunkFacts = Pick<ChunkResponse, 'status' | 'transcript' | 'error' | 'diarization'>;

export interface ChunkNews {
  /** Each state once, in order; also one that was over between two looks. */
  onState(status: ChunkStatus): void;
  /** The first-stage text, once, before the corrected one. */
  onHeard(text: string): void;
  onCorrected(text: string): void;
}

export class ChunkFailedError extends Error {
  override readonly name = 'ChunkFailedError';
  readonly code = 'chunk_failed';
}

/**
 * Tells of a chunk until it is completed.
 *
 * @param read reads the chunk as it is now
 * @throws ChunkFailedError when it fails; whatever `read` throws
 */
export async function followChunk<T extends ChunkFacts>(read: () => Promise<T>, news: ChunkNews): Promise<T> {
  let told = -1;
  let heard: string | undefined;
  for (;;) {
    const chunk = await read();
    if (chunk.status === 'failed') {
      news.onState('failed');
      throw new ChunkFailedError(chunk.error ?? 'no reason was given');
    }
    const reached = CHUNK_STATES.indexOf(chunk.status);
    for (; told < reached; told += 1) {
      const status = CHUNK_STATES[told + 1];
      if (status === 'completed') heard ??= tell(firstStageText(chunk), news);
      if (status !== undefined) news.onState(status);
    }
    if (chunk.status === 'correcting') heard ??= tell(chunk.transcript, news);
    if (chunk.status === 'completed') {
      news.onCorrected(chunk.transcript ?? '');
      return chunk;
    }
    await pause(LOOK_INTERVAL_MS);
  }
}

function tell(text: string | null, news: ChunkNews): string | undefined {
  if (text === null) return undefined;
  news.onHeard(text);
  return text;
}

/** The provider's answer stays beside the corrected text. */
function firstStageText({ diarization }: ChunkFacts): string | null {
  const { raw } = (diarization?.data ?? {}) as { raw?: { text?: unknown } };
  return typeof raw?.text === 'string' ? raw.text : null;
}
