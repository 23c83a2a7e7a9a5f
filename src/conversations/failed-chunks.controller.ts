import { Body, Controller, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChunkIntake } from './chunk-intake.js';
import { toChunkResponse } from './chunk-response.js';
import {
  ChunkPageResponse,
  ListChunksQuery,
  RestartFailedRequest,
  RestartFailedResponse,
} from './failed-chunks.dto.js';
import { FailedChunksRepository } from '../chunks/failed-chunks.repository.js';

@ApiTags('chunks')
@ApiBearerAuth()
@Controller('api/chunks')
export class FailedChunksController {
  constructor(
    private readonly failedChunks: FailedChunksRepository,
    private readonly intake: ChunkIntake,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Find chunks, those that failed for one reason for example' })
  @ApiOkResponse({ type: ChunkPageResponse })
  async list(@Query() query: ListChunksQuery): Promise<ChunkPageResponse> {
    const { after, limit, ...filter } = query;
    const ids = await this.failedChunks.find(filter, { afterId: after, limit });
    const chunks = await Promise.all(ids.map((id) => this.intake.read(id)));
    return {
      chunks: chunks.map(toChunkResponse),
      nextAfter: ids.length === limit ? (ids.at(-1) ?? null) : null,
    };
  }

  @Post('retry')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Try failed chunks again, all of them or all of a kind',
    description: 'One by one: POST /api/transcription/chunks/:chunkId.',
  })
  @ApiAcceptedResponse({ type: RestartFailedResponse })
  async retry(@Body() request: RestartFailedRequest): Promise<RestartFailedResponse> {
    return { restarted: await this.intake.restartFailed(request) };
  }
}
