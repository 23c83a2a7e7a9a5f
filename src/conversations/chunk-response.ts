import type { RecordedEvent } from '../observability/processing-log.js';
import type { ChunkResponse, ProcessingEventResponse, RecordingFactsResponse } from './chunks.dto.js';
import type { ChunkView } from '../chunks/chunks.repository.js';

export function toChunkResponse(chunk: ChunkView): ChunkResponse {
  return {
    id: chunk.id,
    conversationId: chunk.conversationId,
    position: chunk.position,
    status: chunk.status,
    transcript: chunk.transcript,
    error: chunk.error,
    errorCode: chunk.errorCode,
    diarization: chunk.diarization,
    modelUse: {
      model: chunk.model,
      promptVersion: chunk.promptVersion,
      inputTokens: chunk.inputTokens,
      outputTokens: chunk.outputTokens,
    },
    transcriptId: chunk.transcriptId,
    strategy: chunk.strategy,
    audioSeconds: chunk.audioSeconds,
    recording: recordingOf(chunk),
    revision: chunk.revision,
    editedAt: chunk.editedAt?.toISOString() ?? null,
    createdAt: chunk.createdAt.toISOString(),
    submittedAt: chunk.submittedAt?.toISOString() ?? null,
    transcribedAt: chunk.transcribedAt?.toISOString() ?? null,
    completedAt: chunk.completedAt?.toISOString() ?? null,
    audioExpiredAt: chunk.audioExpiredAt?.toISOString() ?? null,
  };
}

function recordingOf({ container, codec, channels, sampleRate }: ChunkView): RecordingFactsResponse | null {
  if (container === null || channels === null || sampleRate === null) return null;
  return { container, codec, channels, sampleRate };
}

export function toEventResponse(event: RecordedEvent): ProcessingEventResponse {
  return { ...event, at: event.at.toISOString() };
}
