import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsId } from './ids.js';

/**
 * Chunks contain their texts, and deliveries their attempts: a page of them has a megabyte or two.
 */
const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** Selects a page of a list: `limit` entries after `after`. */
export class PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: '`nextAfter` of the page before' })
  @IsOptional()
  @IsId({ message: 'after must be a UUID' })
  after?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = DEFAULT_PAGE;
}
