import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { IsId } from '../http/ids.js';

export class StreamQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only changes in this project.' })
  @IsOptional()
  @IsId({ message: 'projectId must be a UUID' })
  projectId?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only changes of this conversation and its chunks.' })
  @IsOptional()
  @IsId({ message: 'conversationId must be a UUID' })
  conversationId?: string;

  @ApiPropertyOptional({
    example: '7251-1604',
    description: 'For clients that cannot send the header `Last-Event-ID`, which takes precedence.',
  })
  @IsOptional()
  @IsString()
  lastEventId?: string;
}
