import { expect } from 'vitest';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { ConversationDeletionResponse } from '../../src/privacy/deletions.dto.js';
import type { Answer, Api } from './api.js';
import { expectError } from './expect-error.js';
import { locationsHolding } from './record.js';
import { storedFiles } from './stored-files.js';
import type { World } from './test-service.js';
import { waitUntil } from './wait-until.js';

/** Runs deletions as often as the reconciler compares the record with the queues. */
export const DELETION_ENV = { RECONCILE_INTERVAL_MS: '200', RETRY_BASE_MS: '5' };
/** Tables that may keep ids and times of a deleted conversation. */
const TOMBSTONES = ['public.conversation_deletions', 'public.provider_deletions'];
/** Holds ids of changed conversations for an hour, so that open pages learn of a deletion. */
const CHANGES = 'public.changes';

type DeletionAnswer = Answer<ConversationDeletionResponse>;

export const pathOf = (id: string) => `/api/conversations/${id}`;
export const remove = (api: Api, id: string): Promise<DeletionAnswer> => api.send('DELETE', pathOf(id), {});
export const deletion = (api: Api, id: string): Promise<DeletionAnswer> => api.get(`${pathOf(id)}/deletion`);

export async function deleted(api: Api, id: string): Promise<ConversationDeletionResponse> {
  const { body } = await waitUntil(
    () => deletion(api, id),
    ({ body: { status } }) => status === 'deleted',
  );
  return body;
}

/**
 * Expects that nothing of the conversation is left, except the proof of its deletion. All
 * transcripts of the simulator must belong to it.
 */
export async function expectGone(world: World, { conversationId, id }: ChunkResponse): Promise<void> {
  const { api, simulator } = world;
  const paths = ['', '/transcript', '/events'].map((tail) => `${pathOf(conversationId)}${tail}`);
  for (const path of [...paths, `/api/chunks/${id}`, `/api/chunks/${id}/events`]) {
    expectError(await api.get(path), 404);
  }
  expectError(await api.post(`${pathOf(conversationId)}/finish`), 404);
  expectError(await api.upload(conversationId), 404);
  expectError(await api.post(`/api/transcription/chunks/${id}`, {}), 404);
  expect((await storedFiles(world.dataDir)).filter((file) => file.includes(conversationId))).toEqual([]);
  expect([...simulator.ledger.transcripts.keys()].filter((one) => !isEmptied(world, one))).toEqual([]);
  const locations = await waitUntil(
    () => knownLocations(world, conversationId),
    (found) => found.every((location) => TOMBSTONES.includes(location)),
  );
  expect(locations).toEqual(simulator.ledger.transcripts.size === 0 ? [TOMBSTONES[0]] : TOMBSTONES);
}

/** Leaves out the queues' own notes of past jobs, which contain ids and expire. */
async function knownLocations(world: World, conversationId: string): Promise<string[]> {
  return (await locationsHolding(world, conversationId)).filter(
    (location) => /^(?:public\.|coord:)/.test(location) && location !== CHANGES,
  );
}

export function isEmptied({ simulator }: World, transcriptId: string): boolean {
  return simulator.assemblyai.find(transcriptId)?.deleted === true;
}
