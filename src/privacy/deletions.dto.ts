import { ApiProperty } from '@nestjs/swagger';
import type { ConversationDeletionStatus } from '../database/schema.js';

export class ProviderCopiesResponse {
  @ApiProperty({ type: 'integer', description: 'Transcripts that are still to be deleted at AssemblyAI.' })
  pending!: number;

  @ApiProperty({ type: 'integer', description: 'Transcripts that AssemblyAI has deleted.' })
  deleted!: number;
}

export class ConversationDeletionResponse {
  @ApiProperty({ format: 'uuid' })
  conversationId!: string;

  @ApiProperty({
    enum: ['deleting', 'deleted'],
    description:
      'deleting: its text is gone from the record; recordings or copies at AssemblyAI may be left. deleted: all is gone.',
  })
  status!: ConversationDeletionStatus;

  @ApiProperty({ description: 'When the deletion was first requested.', format: 'date-time' })
  requestedAt!: string;

  @ApiProperty({
    description: 'When the recordings were removed; null before.',
    type: String,
    nullable: true,
    format: 'date-time',
  })
  audioDeletedAt!: string | null;

  @ApiProperty({ description: 'How far the deletion at AssemblyAI is.', type: ProviderCopiesResponse })
  providerCopies!: ProviderCopiesResponse;

  @ApiProperty({
    description: 'When all was gone; null before.',
    type: String,
    nullable: true,
    format: 'date-time',
  })
  deletedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why the last try did not remove the recordings.',
  })
  error!: string | null;
}
