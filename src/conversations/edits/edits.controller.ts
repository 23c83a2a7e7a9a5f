import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Revision, RevisionsRepository } from '../../chunks/revisions/revisions.repository.js';
import { yieldForLongText } from '../../event-loop/yield-to-event-loop.js';
import { MaxBodyBytes } from '../../http/body-limit.js';
import { IdParam } from '../../http/ids.js';
import { ChunkIntake } from '../chunk-intake.js';
import { toChunkResponse } from '../chunk-response.js';
import { ChunkResponse } from '../chunks.dto.js';
import {
  EditTranscriptRequest,
  MAX_EDIT_BYTES,
  MAX_REVISION,
  RevisionPageResponse,
  type RevisionResponse,
} from './edits.dto.js';
import { decodeCursor, pageOf } from '../../http/pages/cursor.js';
import { ListQuery } from '../../http/pages/list-query.dto.js';
import { TranscriptEditor } from './transcript-editor.js';

@ApiTags('chunks')
@ApiBearerAuth()
@Controller('api/chunks/:id')
export class EditsController {
  constructor(
    private readonly editor: TranscriptEditor,
    private readonly revisions: RevisionsRepository,
    private readonly intake: ChunkIntake,
  ) {}

  @Put('transcript')
  @MaxBodyBytes(MAX_EDIT_BYTES)
  @ApiOperation({
    summary: 'Edit the text of a chunk',
    description:
      'Machines never overwrite an edit: what they bring later becomes a revision. Words that stay the same keep their times. With `redactPii` or `anonymize` the text is redacted by patterns before it is stored. A finalized conversation is merged again, and its summary is marked as outdated.',
  })
  @ApiOkResponse({ type: ChunkResponse })
  @ApiNotFoundResponse({ description: 'No such chunk' })
  @ApiConflictResponse({
    description: 'stale_revision: `revision` is not the newest. no_text: the chunk has no text yet.',
  })
  async edit(
    @IdParam('id') id: string,
    @Body() { text, revision }: EditTranscriptRequest,
    @Req() request: FastifyRequest,
  ): Promise<ChunkResponse> {
    await this.editor.edit(id, { text, basedOn: revision, madeBy: request.apiKeyName ?? null });
    return this.respond(id);
  }

  @Get('revisions')
  @ApiOperation({ summary: 'The texts of a chunk, the newest first' })
  @ApiOkResponse({ type: RevisionPageResponse })
  @ApiNotFoundResponse({ description: 'No such chunk' })
  async list(
    @IdParam('id') id: string,
    @Query() { cursor, limit }: ListQuery,
  ): Promise<RevisionPageResponse> {
    // A cursor of another list may hold a number that the column does not.
    const before = cursor === undefined ? undefined : Math.min(decodeCursor(cursor).key, MAX_REVISION);
    const found = await this.revisions.list(id, { before, limit: limit + 1 });
    if (found === undefined) throw new NotFoundException(`there is no chunk ${id}`);
    const { data, nextCursor } = pageOf(found, limit, ({ revision }) => ({ key: revision, id }));
    return { data: data.map(toResponse), nextCursor };
  }

  @Post('revisions/:revision/restore')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Make the text of an older revision the newest one' })
  @ApiParam({
    name: 'revision',
    description: 'Number of the revision whose text is wanted.',
    schema: { type: 'integer', minimum: 0, maximum: MAX_REVISION },
  })
  @ApiOkResponse({ type: ChunkResponse })
  @ApiNotFoundResponse({ description: 'No such chunk, or no such revision' })
  async restore(
    @IdParam('id') id: string,
    @Param('revision', ParseIntPipe) revision: number,
    @Req() request: FastifyRequest,
  ): Promise<ChunkResponse> {
    if (revision < 0 || revision > MAX_REVISION) {
      throw new NotFoundException(`chunk ${id} has no such revision`);
    }
    await this.editor.restore(id, { revision, madeBy: request.apiKeyName ?? null });
    return this.respond(id);
  }

  private async respond(id: string): Promise<ChunkResponse> {
    const chunk = await this.intake.read(id);
    // A provider's answer may have megabytes: it is parsed and written in separate iterations.
    await yieldForLongText(chunk.transcript?.length ?? 0);
    return toChunkResponse(chunk);
  }
}

function toResponse({ revision, origin, text, madeBy, createdAt, isCurrent }: Revision): RevisionResponse {
  return { revision, origin, text, madeBy, createdAt: createdAt.toISOString(), current: isCurrent };
}
