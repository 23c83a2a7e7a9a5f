import type { RecordedEvent } from '../observability/processing-log.js';
import { DIARIZATION_SCHEMAS } from '../chunks/diarization-schemas.js';
import { isRecord } from '../json/is-record.js';
import type {
  ChunkResponse,
  CorrectionResponse,
  ProcessingEventResponse,
  RecordingFactsResponse,
} from './chunks.dto.js';
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
    correction: correctionOf(chunk),
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

const CORRECTED: ReadonlySet<string> = new Set([
  DIARIZATION_SCHEMAS.corrected,
  DIARIZATION_SCHEMAS.anonymized,
]);

/** Returns how far the correction is; null where none has begun, or the provider needs none. */
function correctionOf(chunk: ChunkView): CorrectionResponse | null {
  const { status, windows, diarization } = chunk;
  const isCorrected = CORRECTED.has(diarization?.schema ?? '');
  if (status !== 'correcting' && windows.total === 0 && !isCorrected) return null;
  const note = isCorrected && isRecord(diarization?.data) ? diarization.data.note : null;
  return { model: chunk.model, note: typeof note === 'string' ? note : null, ...countsOf(chunk) };
}

function countsOf({
  status,
  model,
  windows: { total, corrected, pending, usedAudio },
}: ChunkView): Pick<CorrectionResponse, 'usedAudio' | 'windows'> {
  const isDone = status === 'completed';
  // An earlier release corrects a chunk as a whole, and leaves its windows pending.
  if (total > 0 && !(isDone && pending > 0)) return { usedAudio, windows: { total, corrected } };
  return { usedAudio: null, windows: { total: 1, corrected: isDone && model !== null ? 1 : 0 } };
}

function recordingOf({ container, codec, channels, sampleRate }: ChunkView): RecordingFactsResponse | null {
  if (container === null || channels === null || sampleRate === null) return null;
  return { container, codec, channels, sampleRate };
}

export function toEventResponse(event: RecordedEvent): ProcessingEventResponse {
  return { ...event, at: event.at.toISOString() };
}
