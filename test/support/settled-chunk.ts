import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { AudioHost } from './audio-host.js';
import { addChunkByUrl } from './open-submission.js';
import type { World } from './test-service.js';

/** Adds a chunk, and waits until it is settled. */
export async function settledChunk(
  world: World,
  conversationId: string,
  audioUrl: string,
): Promise<ChunkResponse> {
  const { id } = await addChunkByUrl(world, conversationId, audioUrl);
  return world.api.settledChunk(id);
}

/**
 * Adds a chunk that fails because of its recording; the next submission of that recording would
 * succeed.
 */
export async function failedChunk(
  world: World,
  conversationId: string,
  host: AudioHost,
): Promise<{ failed: ChunkResponse; audioUrl: string }> {
  const audioUrl = host.newUrl();
  world.simulator.faults.add({
    operation: 'submit',
    match: { audioUrlContains: audioUrl },
    effect: { kind: 'outcome', status: 'error', error: 'Audio duration is too short.' },
    times: 1,
  });
  const failed = await settledChunk(world, conversationId, audioUrl);
  if (failed.status !== 'failed') throw new Error(`the chunk is ${failed.status}, not failed`);
  return { failed, audioUrl };
}
