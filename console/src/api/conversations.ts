import { request } from './client';
import type { Conversation } from './types';

/** No more chunks will come. */
export async function finish(id: string): Promise<Conversation> {
  return request<Conversation>(`conversations/${id}/finish`, { method: 'POST' });
}

/** @returns the number of chunks that are tried again */
export async function retryFailed(conversationId: string): Promise<number> {
  const { restarted } = await request<{ restarted: number }>('chunks/retry', {
    method: 'POST',
    json: { conversationId },
  });
  return restarted;
}

/** @param title null removes it */
export async function rename(id: string, title: string | null): Promise<Conversation> {
  return request<Conversation>(`conversations/${id}`, { method: 'PATCH', json: { title } });
}

export async function deleteConversation(id: string): Promise<void> {
  await request(`conversations/${id}`, { method: 'DELETE' });
}
