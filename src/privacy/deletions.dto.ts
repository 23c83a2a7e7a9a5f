import { ApiProperty } from '@nestjs/swagger';
import type { ConversationDeletionStatus } from '../database/schema.js';

export class ProviderCopiesResponse {
  @ApiProperty({ description: 'Transcripts that are still to be deleted at AssemblyAI.' })
  pending!: number;

  @ApiProperty()
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

  @ApiProperty({ format: 'date-time' })
  requestedAt!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  audioDeletedAt!: string | null;

  @ApiProperty({ type: ProviderCopiesResponse })
  providerCopies!: ProviderCopiesResponse;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  deletedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why the last try did not remove the recordings.',
  })
  error!: string | null;
}
