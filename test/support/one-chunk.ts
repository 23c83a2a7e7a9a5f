import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { Api } from './api.js';

/** Creates a conversation with one chunk that is being processed. */
export async function startChunk(api: Api, settings: object = {}): Promise<ChunkResponse> {
  const conversation = await api.createConversation(settings);
  return api.addChunk(conversation.id);
}

/** Creates a conversation with one chunk, and waits until it is settled. */
export async function settleChunk(api: Api, settings: object = {}): Promise<ChunkResponse> {
  const { id } = await startChunk(api, settings);
  return api.settledChunk(id);
}
