/** Shapes that only the page of one conversation uses. */

export interface ProcessingEvent {
  chunkId: string | null;
  submissionId: string | null;
  job: 'submit' | 'check' | 'transcribe' | 'correct' | 'finalize' | 'summarize';
  event: 'started' | 'completed' | 'failed';
  durationMs: number | null;
  message: string | null;
  at: string;
}

/** A window of the API: the part of a recording that one request to the model corrects. */
export interface CorrectionPart {
  /** From 0. */
  ordinal: number;
  status: 'pending' | 'corrected' | 'uncorrected';
  /** Milliseconds from the beginning of the recording; null: its beginning. */
  startMs: number | null;
  /** Null: the end of the recording. */
  endMs: number | null;
  usedAudio: boolean | null;
  /** Why it was corrected without its sound. */
  audioOmitted: string | null;
  error: string | null;
  errorCode: string | null;
  inputTokens: number;
  outputTokens: number;
}

export interface Deletion {
  conversationId: string;
  status: 'deleting' | 'deleted';
  requestedAt: string;
  audioDeletedAt: string | null;
  providerCopies: { pending: number; deleted: number };
  deletedAt: string | null;
  error: string | null;
}

export type CopyState = 'kept' | 'deleting' | 'deleted';

export interface RedactionPass {
  by: 'first_stage_patterns' | 'model' | 'final_patterns';
  at: string;
  counts: Record<string, number>;
  model?: string;
  promptVersion?: string;
}

export interface ChunkReceipt {
  chunkId: string;
  position: number;
  state: string;
  model: string | null;
  passes: RedactionPass[];
  providerCopies: { submissionId: string; state: CopyState }[];
}

export interface RedactionReceipt {
  conversationId: string;
  redactPii: boolean;
  anonymize: boolean;
  counts: Record<string, number>;
  providerCopies: Record<CopyState, number>;
  modelProvider: {
    name: 'gemini' | 'vertexai' | null;
    isBehindGateway: boolean;
    store: false | null;
    keeps: string | null;
    asOf: string | null;
    sources: string[];
  };
  chunks: ChunkReceipt[];
}

/** One of the texts that a chunk has had. */
export interface Revision {
  revision: number;
  origin: 'first_stage' | 'correction' | 'edit' | 'restore';
  text: string;
  /** Name of the API key that made it; null for machines. */
  madeBy: string | null;
  createdAt: string;
  current: boolean;
}
