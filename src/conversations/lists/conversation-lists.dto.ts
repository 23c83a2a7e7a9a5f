import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { ConversationStatus } from '../../database/schema.js';
import { IsId } from '../../http/ids.js';
import { Instant } from '../../http/pages/instant.decorator.js';
import { ListQuery, PageResponse } from '../../http/pages/list-query.dto.js';
import { StorableText } from '../../http/storable-text.decorator.js';
import { ChunkResponse, CorrectionResponse } from '../chunks.dto.js';
import { ConversationResponse, MAX_EXTERNAL_ID_LENGTH } from '../conversations.dto.js';

const STATUSES = ['open', 'finished', 'finalized'] as const;
const MAX_QUERY_LENGTH = 200;

export class ListConversationsQuery extends ListQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId({ message: 'projectId must be a UUID' })
  projectId?: string;

  @ApiPropertyOptional({ enum: STATUSES, description: 'Only conversations with this status.' })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: ConversationStatus;

  @ApiPropertyOptional({ maxLength: MAX_EXTERNAL_ID_LENGTH, description: 'Exactly this one.' })
  @IsOptional()
  @StorableText(MAX_EXTERNAL_ID_LENGTH)
  externalId?: string;

  @ApiPropertyOptional({
    maxLength: MAX_QUERY_LENGTH,
    example: 'bridge schoo',
    description:
      'Words of the title, the external id and the merged transcript: all of them, the last one also as the beginning of a word. Case and accents do not matter.',
  })
  @IsOptional()
  @Matches(/[\p{L}\p{N}]/u, { message: 'q must have a letter or a digit' })
  @StorableText(MAX_QUERY_LENGTH)
  q?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'At this moment or later.' })
  @IsOptional()
  @Instant()
  createdAfter?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Before this moment.' })
  @IsOptional()
  @Instant()
  createdBefore?: Date;
}

export class ConversationItemResponse extends OmitType(ConversationResponse, [
  'transcript',
  'summary',
  'transcriptPrompt',
]) {
  @ApiProperty({ description: 'Whether it has a summary.' })
  hasSummary!: boolean;
}

export class ConversationPageResponse extends PageResponse {
  @ApiProperty({ type: ConversationItemResponse, isArray: true, description: 'Newest first.' })
  data!: ConversationItemResponse[];
}

export class ListedCorrectionResponse extends OmitType(CorrectionResponse, ['note']) {}

export class ChunkItemResponse extends OmitType(ChunkResponse, ['transcript', 'diarization', 'correction']) {
  @ApiProperty({
    type: ListedCorrectionResponse,
    nullable: true,
    description: 'How far the correction is; null where no window is on record.',
  })
  correction!: ListedCorrectionResponse | null;
}

export class ChunkItemPageResponse extends PageResponse {
  @ApiProperty({ type: ChunkItemResponse, isArray: true, description: 'By position.' })
  data!: ChunkItemResponse[];
}
