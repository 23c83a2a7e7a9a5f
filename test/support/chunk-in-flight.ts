import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { World } from './test-service.js';
import { waitUntil } from './wait-until.js';

/**
 * Adds a chunk whose transcript is in progress until `world.simulator.assemblyai.finish` is called
 * for it.
 */
export async function chunkInFlight(world: World, conversationId: string): Promise<ChunkResponse> {
  world.simulator.faults.add({
    operation: 'submit',
    effect: { kind: 'outcome', status: 'processing' },
    times: 1,
  });
  const { id } = await world.api.addChunk(conversationId);
  return waitUntil(
    () => world.api.chunk(id),
    ({ status }) => status === 'transcribing',
  );
}
