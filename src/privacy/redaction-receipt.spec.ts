import { describe, expect, it } from 'vitest';
import type { RedactionPass } from '../database/schema.js';
import { modelProviderReceipt } from './model-provider-receipt.js';
import { redactionReceipt, type RedactionState } from './redaction-receipt.js';
import type { ReceiptChunk, ReceiptCopy } from './redaction-receipt.repository.js';

const AT = new Date('2026-01-02T03:04:05.000Z');
const FIRST: RedactionPass = { by: 'first_stage_patterns', at: AT.toISOString(), counts: { email: 1 } };
const MODEL: RedactionPass = { by: 'model', at: AT.toISOString(), counts: { email: 1, name: 2 } };
const FINAL: RedactionPass = { by: 'final_patterns', at: AT.toISOString(), counts: { phone: 1 } };
const EDIT: RedactionPass = { by: 'edit_patterns', at: AT.toISOString(), counts: { phone: 1 } };

const MODEL_PROVIDER = modelProviderReceipt({ kind: 'gemini', apiKey: 'k' });

const chunk = (changes: Partial<ReceiptChunk> = {}): ReceiptChunk => ({
  id: 'chunk-1',
  position: 0,
  status: 'completed',
  errorCode: null,
  isRedacted: true,
  redaction: [FIRST, MODEL, FINAL],
  model: 'gemini-3.8-flash',
  ...changes,
});

const copy = (changes: Partial<ReceiptCopy> = {}): ReceiptCopy => ({
  chunkId: 'chunk-1',
  submissionId: 'submission-1',
  transcriptId: 'transcript-1',
  requestedAt: null,
  deletedAt: null,
  evidence: null,
  ...changes,
});

const receiptOf = (chunks: ReceiptChunk[], copies: ReceiptCopy[] = []) =>
  redactionReceipt({
    conversationId: 'conversation-1',
    settings: { redactPii: true, anonymize: false },
    chunks,
    copies,
    modelProvider: MODEL_PROVIDER,
  });

describe('a receipt', () => {
  it('is empty for an empty conversation', () => {
    expect(receiptOf([])).toEqual({
      conversationId: 'conversation-1',
      redactPii: true,
      anonymize: false,
      counts: {},
      providerCopies: { kept: 0, deleting: 0, deleted: 0 },
      modelProvider: MODEL_PROVIDER,
      chunks: [],
    });
  });

  it('names the recorded model of each text', () => {
    const receipt = receiptOf([chunk(), chunk({ id: 'chunk-2', model: null })]);
    expect(receipt.chunks.map(({ model }) => model)).toEqual(['gemini-3.8-flash', null]);
  });

  it('counts each marker of the current texts once', () => {
    const other = chunk({ id: 'chunk-2', redaction: [FIRST] });
    expect(receiptOf([chunk(), other]).counts).toEqual({ email: 2, name: 2, phone: 1 });
  });

  it.each<[Partial<ReceiptChunk>, RedactionState]>([
    [{}, 'redacted'],
    [{ redaction: [FIRST] }, 'patterns_only'],
    [{ redaction: [FIRST, MODEL, FINAL, EDIT] }, 'patterns_only'],
    [{ redaction: null }, 'unknown'],
    [{ redaction: [] }, 'unknown'],
    [{ status: 'correcting', redaction: [FIRST] }, 'pending'],
    [{ status: 'queued', redaction: null }, 'pending'],
    [{ status: 'failed', errorCode: 'withheld', redaction: null }, 'withheld'],
    [{ status: 'failed', errorCode: 'no_speech', redaction: null }, 'no_text'],
    [{ isRedacted: false, redaction: null }, 'off'],
  ])('reports a chunk with %j as %s', (changes, state) => {
    expect(receiptOf([chunk(changes)]).chunks[0]?.state).toBe(state);
  });

  it('reports for each copy at the provider whether it is gone, with the evidence', () => {
    const receipt = receiptOf(
      [chunk()],
      [
        copy(),
        copy({ submissionId: 'submission-2', requestedAt: AT }),
        copy({ submissionId: 'submission-3', requestedAt: AT, deletedAt: AT, evidence: 'emptied' }),
      ],
    );
    expect(receipt.providerCopies).toEqual({ kept: 1, deleting: 1, deleted: 1 });
    expect(receipt.chunks[0]?.providerCopies.at(-1)).toEqual({
      submissionId: 'submission-3',
      transcriptId: 'transcript-1',
      state: 'deleted',
      requestedAt: AT.toISOString(),
      deletedAt: AT.toISOString(),
      evidence: 'emptied',
    });
  });
});
