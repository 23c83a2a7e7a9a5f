import type { Transcript } from '../../simulator/assemblyai/transcript.js';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import type { AudioHost } from './audio-host.js';
import type { World } from './test-service.js';
import { waitUntil } from './wait-until.js';

/** A chunk whose transcript stays in progress until the test finishes it. */
export interface OpenSubmission {
  conversationId: string;
  chunk: ChunkResponse;
  audioUrl: string;
  submission: string;
  transcriptId: string;
}

/**
 * Adds a chunk whose transcript does not end by itself; `world.simulator.assemblyai.finish` ends
 * it.
 */
export async function openSubmission(
  world: World,
  host: AudioHost,
  settings: object = {},
): Promise<OpenSubmission> {
  const audioUrl = host.newUrl();
  world.simulator.faults.add({
    operation: 'submit',
    match: { audioUrlContains: audioUrl },
    effect: { kind: 'outcome', status: 'processing' },
  });
  const { id: conversationId } = await world.api.createConversation(settings);
  const { id } = await addChunkByUrl(world, conversationId, audioUrl);
  const chunk = await waitUntil(
    () => world.api.chunk(id),
    ({ status }) => status === 'transcribing',
  );
  const { submission, transcriptId } = submitOf(world, audioUrl);
  return { conversationId, chunk, audioUrl, submission, transcriptId };
}

export async function addChunkByUrl(
  world: World,
  conversationId: string,
  audioUrl: string,
): Promise<ChunkResponse> {
  const answer = await world.api.post<ChunkResponse>(`/api/conversations/${conversationId}/chunks`, {
    audioUrl,
  });
  if (answer.status !== 202) throw new Error(`expected 202, got ${answer.status}`);
  return answer.body;
}

/** Returns the only transcript that was requested for a recording. */
export function submitOf(world: World, audioUrl: string): { submission: string; transcriptId: string } {
  const made = world.simulator.ledger.submits.filter(
    (submit) => submit.audioUrl === audioUrl && submit.transcriptId !== null,
  );
  const [submit] = made;
  if (made.length !== 1 || submit?.transcriptId == null) {
    throw new Error(`${made.length} transcripts were ordered for ${audioUrl}, not one`);
  }
  return { submission: submit.submission ?? '', transcriptId: submit.transcriptId };
}

/** Matches the simulator's text for an unknown recording; the mark identifies the recording. */
export const PLACEHOLDER = /^\[simulated transcript (?<mark>[0-9a-f]{6})\].*\(corrected\)$/;

/** Returns how often the model was asked to correct the text of a chunk. */
export function correctionsOf(world: World, chunk: ChunkResponse): number {
  const mark = PLACEHOLDER.exec(chunk.transcript ?? '')?.groups?.mark;
  if (mark === undefined) throw new Error(`chunk ${chunk.id} has no text of the simulator's own making`);
  return world.simulator.ledger.corrections.filter(({ prompt }) => prompt.includes(mark)).length;
}

/** Returns a predicate for the transcripts of this recording. */
export function isOf(audioUrl: string): (transcript: Transcript) => boolean {
  return ({ params }) => params.audioUrl === audioUrl;
}
