import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { Api } from './api.js';

/** A new conversation with one chunk, on its way. */
export async function startChunk(api: Api, settings: object = {}): Promise<ChunkResponse> {
  const conversation = await api.createConversation(settings);
  return api.addChunk(conversation.id);
}

/** The same, when it has come to its end. */
export async function settleChunk(api: Api, settings: object = {}): Promise<ChunkResponse> {
  const { id } = await startChunk(api, settings);
  return api.settledChunk(id);
}
