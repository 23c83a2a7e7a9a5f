import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import type { ChunkStatus } from '../database/schema.js';
import { ChunkResponse } from './chunks.dto.js';
import { StorableText } from './storable-text.decorator.js';

const STATUSES = ['queued', 'transcribing', 'correcting', 'completed', 'failed'] as const;
const MAX_ERROR_FILTER_LENGTH = 200;
/** Chunks carry their texts: a page of them is a megabyte or two. */
const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

export class RestartFailedRequest {
  @ApiPropertyOptional({
    example: 'download',
    description: 'An error code, or words of the error; all when not given.',
  })
  @IsOptional()
  @StorableText(MAX_ERROR_FILTER_LENGTH)
  error?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID(undefined, { message: 'conversationId must be a UUID' })
  conversationId?: string;
}

export class ListChunksQuery extends RestartFailedRequest {
  @ApiPropertyOptional({ enum: STATUSES })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: ChunkStatus;

  @ApiPropertyOptional({ format: 'uuid', description: '`nextAfter` of the page before' })
  @IsOptional()
  @IsUUID(undefined, { message: 'after must be a UUID' })
  after?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = DEFAULT_PAGE;
}

export class ChunkPageResponse {
  @ApiProperty({ type: ChunkResponse, isArray: true })
  chunks!: ChunkResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Give it as `after` for the next page; null on the last.',
  })
  nextAfter!: string | null;
}

export class RestartFailedResponse {
  @ApiProperty({ description: 'Chunks that are queued again.' })
  restarted!: number;
}
