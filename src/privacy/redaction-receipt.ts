import type { DeletionEvidence, RedactionPass } from '../database/schema.js';
import { addCounts, type MarkerCounts } from '../redaction/count-markers.js';
import type { ModelProviderReceipt } from './model-provider-receipt.js';
import type { ReceiptChunk, ReceiptCopy, ReceiptSettings } from './redaction-receipt.repository.js';

/**
 * States of a chunk's redaction.
 *
 * - redacted: the model processed the text, and patterns after it
 * - patterns_only: no model did, as the correction failed or there is none, or a person edited the
 *   text since; names may be left
 * - unknown: redaction was requested, but no pass over the text is recorded
 * - withheld: it could not be redacted, so nothing of it is stored
 * - pending: it is not final
 * - no_text: the chunk failed, and there is no text
 * - off: redaction was not requested
 */
export const REDACTION_STATES = [
  'redacted',
  'patterns_only',
  'unknown',
  'withheld',
  'pending',
  'no_text',
  'off',
] as const;

export type RedactionState = (typeof REDACTION_STATES)[number];

/** kept: its deletion was not requested. deleting: requested. deleted: gone, with evidence. */
export type CopyState = 'kept' | 'deleting' | 'deleted';

export interface CopyReceipt {
  submissionId: string;
  transcriptId: string | null;
  state: CopyState;
  requestedAt: string | null;
  deletedAt: string | null;
  evidence: DeletionEvidence | null;
}

export interface ChunkReceipt {
  chunkId: string;
  position: number;
  state: RedactionState;
  /** Model that wrote the text; null when none did. */
  model: string | null;
  passes: RedactionPass[];
  providerCopies: CopyReceipt[];
}

export interface RedactionReceipt extends ReceiptSettings {
  conversationId: string;
  /** Markers of all passes, by kind. */
  counts: MarkerCounts;
  providerCopies: Record<CopyState, number>;
  modelProvider: ModelProviderReceipt;
  chunks: ChunkReceipt[];
}

/** Creates the redaction receipt of a conversation. */
export function redactionReceipt(input: {
  conversationId: string;
  settings: ReceiptSettings;
  chunks: readonly ReceiptChunk[];
  copies: readonly ReceiptCopy[];
  modelProvider: ModelProviderReceipt;
}): RedactionReceipt {
  const copiesOfChunk = new Map<string, CopyReceipt[]>();
  for (const copy of input.copies) {
    copiesOfChunk.set(copy.chunkId, [...(copiesOfChunk.get(copy.chunkId) ?? []), copyReceipt(copy)]);
  }
  const chunks = input.chunks.map((chunk) => ({
    chunkId: chunk.id,
    position: chunk.position,
    state: stateOf(chunk),
    model: chunk.model,
    passes: chunk.redaction ?? [],
    providerCopies: copiesOfChunk.get(chunk.id) ?? [],
  }));
  const copies = chunks.flatMap(({ providerCopies }) => providerCopies);
  const count = (state: CopyState): number => copies.filter((copy) => copy.state === state).length;
  return {
    conversationId: input.conversationId,
    redactPii: input.settings.redactPii,
    anonymize: input.settings.anonymize,
    counts: addCounts(chunks.map(({ passes }) => currentMarkers(passes))),
    providerCopies: { kept: count('kept'), deleting: count('deleting'), deleted: count('deleted') },
    modelProvider: input.modelProvider,
    chunks,
  };
}

/**
 * Counts the markers of the current text. The model's text contains the first stage's markers as
 * well, as it is instructed to keep them; so if there is a model's pass, it counts together with
 * the patterns after it.
 */
function currentMarkers(passes: readonly RedactionPass[]): MarkerCounts {
  const hasModel = passes.some(({ by }) => by === 'model');
  const counting = passes.filter(({ by }) => !hasModel || by !== 'first_stage_patterns');
  return addCounts(counting.map(({ counts }) => counts));
}

function stateOf({ status, errorCode, isRedacted, redaction }: ReceiptChunk): RedactionState {
  if (!isRedacted) return 'off';
  if (status === 'failed') return errorCode === 'withheld' ? 'withheld' : 'no_text';
  if (status !== 'completed') return 'pending';
  if (redaction === null || redaction.length === 0) return 'unknown';
  const isEdited = redaction.some(({ by }) => by === 'edit_patterns');
  return !isEdited && redaction.some(({ by }) => by === 'model') ? 'redacted' : 'patterns_only';
}

function copyReceipt({
  submissionId,
  transcriptId,
  requestedAt,
  deletedAt,
  evidence,
}: ReceiptCopy): CopyReceipt {
  return {
    submissionId,
    transcriptId,
    state: deletedAt !== null ? 'deleted' : requestedAt !== null ? 'deleting' : 'kept',
    requestedAt: requestedAt?.toISOString() ?? null,
    deletedAt: deletedAt?.toISOString() ?? null,
    evidence,
  };
}
