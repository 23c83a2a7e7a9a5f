import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { IsId } from '../http/ids.js';
import { CHUNK_STATUSES, type ChunkStatus } from '../chunks/states.js';
import { PageQuery } from '../http/page.dto.js';
import { ChunkResponse } from './chunks.dto.js';
import { StorableText } from '../http/storable-text.decorator.js';

const MAX_ERROR_FILTER_LENGTH = 200;
/** A query has texts only. */
const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

export class RestartFailedRequest {
  @ApiPropertyOptional({
    example: 'download',
    description: 'An error code, or words of the error; all when not given.',
  })
  @IsOptional()
  @StorableText(MAX_ERROR_FILTER_LENGTH)
  error?: string;

  @ApiPropertyOptional({ example: 'download', description: 'Exactly this error code.' })
  @IsOptional()
  @StorableText(MAX_ERROR_FILTER_LENGTH)
  errorCode?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId({ message: 'conversationId must be a UUID' })
  conversationId?: string;
}

export class ListChunksQuery extends IntersectionType(RestartFailedRequest, PageQuery) {
  @ApiPropertyOptional({ description: 'Only chunks in this state.', enum: CHUNK_STATUSES })
  @IsOptional()
  @IsIn(CHUNK_STATUSES, { message: `status must be one of ${CHUNK_STATUSES.join(', ')}` })
  status?: ChunkStatus;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Only chunks whose correction failed; then `errorCode` is the code of that failure.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => BOOLEANS.get(value) ?? value)
  @IsBoolean()
  uncorrected?: boolean;
}

export class ChunkPageResponse {
  @ApiProperty({ description: 'Chunks of the page, by id.', type: ChunkResponse, isArray: true })
  chunks!: ChunkResponse[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Give it as `after` for the next page; null on the last.',
  })
  nextAfter!: string | null;
}

export class RestartFailedResponse {
  @ApiProperty({ type: 'integer', description: 'Chunks that are queued again.' })
  restarted!: number;
}
