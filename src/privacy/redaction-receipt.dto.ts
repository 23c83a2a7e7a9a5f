import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DeletionEvidence, RedactionPass } from '../database/schema.js';
import type { MarkerCounts } from '../redaction/count-markers.js';
import type { ModelProviderReceipt } from './model-provider-receipt.js';
import {
  REDACTION_STATES,
  type ChunkReceipt,
  type CopyReceipt,
  type CopyState,
  type RedactionReceipt,
  type RedactionState,
} from './redaction-receipt.js';

const COUNTS = {
  type: 'object',
  additionalProperties: { type: 'integer' },
  example: { name: 2, email: 1 },
} as const;

export class RedactionPassResponse implements RedactionPass {
  @ApiProperty({
    description:
      'Who redacted: patterns on the first-stage text, the model, patterns on the final text, or patterns on an edit.',
    enum: ['first_stage_patterns', 'model', 'final_patterns', 'edit_patterns'],
  })
  by!: RedactionPass['by'];

  @ApiProperty({ description: 'When the pass was made.', format: 'date-time' })
  at!: string;

  @ApiProperty({
    ...COUNTS,
    description: 'Markers by kind: those that patterns put in, or those in the model’s text.',
  })
  counts!: MarkerCounts;

  @ApiPropertyOptional({ description: 'The model of the pass.', example: 'gemini-3.8-flash' })
  model?: string;

  @ApiPropertyOptional({ description: 'Version of its prompt.', example: 'correction-2' })
  promptVersion?: string;
}

export class ProviderCopyResponse implements CopyReceipt {
  @ApiProperty({ format: 'uuid' })
  submissionId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The provider’s id.' })
  transcriptId!: string | null;

  @ApiProperty({
    description: 'Whether AssemblyAI still has its copy.',
    enum: ['kept', 'deleting', 'deleted'],
  })
  state!: CopyState;

  @ApiProperty({
    description: 'When the deletion was requested; null while the copy is kept.',
    type: String,
    nullable: true,
    format: 'date-time',
  })
  requestedAt!: string | null;

  @ApiProperty({
    description: 'When AssemblyAI had deleted it; null before.',
    type: String,
    nullable: true,
    format: 'date-time',
  })
  deletedAt!: string | null;

  @ApiProperty({
    type: String,
    enum: ['emptied', 'unknown', 'not_found'],
    nullable: true,
    description:
      'emptied: AssemblyAI shows the transcript without its text. unknown: it does not know the transcript. ' +
      'not_found: the submit was not answered, and no transcript of it is there.',
  })
  evidence!: DeletionEvidence | null;
}

export class ChunkReceiptResponse implements ChunkReceipt {
  @ApiProperty({ format: 'uuid' })
  chunkId!: string;

  @ApiProperty({ type: 'integer' })
  position!: number;

  @ApiProperty({
    enum: REDACTION_STATES,
    description:
      'patterns_only: no model went over it, or a person edited it since, and names may be left. ' +
      'unknown: redaction was asked for, and no pass over the text is on record.',
  })
  state!: RedactionState;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'gemini-2.5-pro',
    description: 'The model whose answer the text is; null where it is none’s.',
  })
  model!: string | null;

  @ApiProperty({
    description: 'Passes over the text, oldest first.',
    type: RedactionPassResponse,
    isArray: true,
  })
  passes!: RedactionPassResponse[];

  @ApiProperty({
    description: 'Copies of the transcript at AssemblyAI.',
    type: ProviderCopyResponse,
    isArray: true,
  })
  providerCopies!: ProviderCopyResponse[];
}

export class CopyCountsResponse implements Record<CopyState, number> {
  @ApiProperty({ type: 'integer', description: 'Copies that are kept.' })
  kept!: number;

  @ApiProperty({ type: 'integer', description: 'Copies that are still to be deleted.' })
  deleting!: number;

  @ApiProperty({ type: 'integer', description: 'Copies that are deleted.' })
  deleted!: number;
}

export class ModelProviderResponse implements ModelProviderReceipt {
  @ApiProperty({
    type: String,
    enum: ['gemini', 'vertexai'],
    nullable: true,
    description:
      'Who gets recordings and texts for correction and summary, by the present configuration; ' +
      'of older chunks their model is known, and not who provided it. null: no model is configured.',
  })
  name!: ModelProviderReceipt['name'];

  @ApiProperty({ description: 'The requests go through something else than Google, which may keep them.' })
  isBehindGateway!: boolean;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'false: each request asks to store nothing. null: the provider has no such setting.',
  })
  store!: false | null;

  @ApiProperty({ type: String, nullable: true, description: 'What the provider says that it keeps.' })
  keeps!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '2026-11', description: 'When it said so.' })
  asOf!: string | null;

  @ApiProperty({ type: String, isArray: true, description: 'Where it says so.' })
  sources!: readonly string[];
}

export class RedactionReceiptResponse implements RedactionReceipt {
  @ApiProperty({ format: 'uuid' })
  conversationId!: string;

  @ApiProperty()
  redactPii!: boolean;

  @ApiProperty()
  anonymize!: boolean;

  @ApiProperty({ ...COUNTS, description: 'Markers in the texts that stand, by kind.' })
  counts!: MarkerCounts;

  @ApiProperty({ description: 'Counts of the copies at AssemblyAI.', type: CopyCountsResponse })
  providerCopies!: CopyCountsResponse;

  @ApiProperty({
    description: 'Who gets recordings and texts besides AssemblyAI.',
    type: ModelProviderResponse,
  })
  modelProvider!: ModelProviderResponse;

  @ApiProperty({
    description: 'Receipts of the chunks, by position.',
    type: ChunkReceiptResponse,
    isArray: true,
  })
  chunks!: ChunkReceiptResponse[];
}
