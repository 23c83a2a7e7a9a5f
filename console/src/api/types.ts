/** Shapes of the API that the console uses; docs/openapi.json describes all of them. */

export type ConversationStatus = 'open' | 'finished' | 'finalized';
export type ChunkStatus = 'queued' | 'transcribing' | 'correcting' | 'completed' | 'failed';

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface ChunkCounts {
  total: number;
  pending: number;
  completed: number;
  failed: number;
}

export interface ConversationItem {
  id: string;
  projectId: string | null;
  title: string | null;
  externalId: string | null;
  metadata: Record<string, string>;
  language: string;
  redactPii: boolean;
  anonymize: boolean;
  speakerLabels: boolean;
  status: ConversationStatus;
  chunks: ChunkCounts;
  createdAt: string;
  finishedAt: string | null;
  finalizedAt: string | null;
}

export interface Conversation extends ConversationItem {
  transcriptPrompt: string | null;
  transcript: string | null;
  summary: string | null;
  summaryError: string | null;
  summaryOutdated: boolean;
}

export interface Correction {
  /** A long recording is corrected in several windows, which the console calls parts. */
  windows: { total: number; corrected: number };
}

export interface ChunkItem {
  id: string;
  conversationId: string;
  position: number;
  status: ChunkStatus;
  error: string | null;
  errorCode: string | null;
  revision: number;
  editedAt: string | null;
  modelUse: { model: string | null; promptVersion: string | null; inputTokens: number; outputTokens: number };
  /** How far the correction is; null where it is not on record. */
  correction: Correction | null;
  strategy: 'webhook' | 'polling' | null;
  /** Length of the recording; null while it is not known. */
  audioSeconds: number | null;
  recording: { container: string; codec: string | null; channels: number; sampleRate: number } | null;
  createdAt: string;
  submittedAt: string | null;
  transcribedAt: string | null;
  completedAt: string | null;
  audioExpiredAt: string | null;
}

export interface Chunk extends ChunkItem {
  transcript: string | null;
  diarization: { schema: string; data: unknown } | null;
}

export interface TranscriptWord {
  text: string;
  /** Milliseconds from the beginning of the conversation. */
  start: number;
  end: number;
  confidence?: number;
  speaker?: string;
  interpolated?: true;
  origin?: 'heard' | 'corrected' | 'edited';
  /** The words in whose place this one stands; empty when it was added. */
  heard?: string;
}

export interface TranscriptChange {
  origin: 'corrected' | 'edited';
  heard: string;
  text: string;
  start: number;
  end: number;
  firstWord: number;
  words: number;
  /** Whether only case or punctuation differ. */
  minor: boolean;
}

export interface TranscriptChunk {
  id: string;
  position: number;
  durationSeconds: number | null;
  offsetMs: number;
  transcript: string;
  words: TranscriptWord[];
  changes?: TranscriptChange[];
}

export interface Transcript {
  conversationId: string;
  status: ConversationStatus;
  transcript: string;
  chunks: TranscriptChunk[];
}

export interface Recording {
  chunkId: string;
  position: number;
  startMs: number | null;
  durationMs: number | null;
  mimeType: string | null;
  bytes: number | null;
  url: string;
  gone: boolean;
}

export interface Project {
  id: string;
  name: string;
  language: string | null;
  transcriptPrompt: string | null;
}

export interface SessionState {
  signedIn: boolean;
  /** False when the service has no API keys, so that no login is needed. */
  required: boolean;
  name: string | null;
  expiresAt: string | null;
}

/** Change of a chunk or a conversation, as the stream sends it. */
export interface Change {
  kind: 'chunk' | 'conversation';
  conversationId: string;
  chunkId?: string;
  projectId: string | null;
  status: string;
}
