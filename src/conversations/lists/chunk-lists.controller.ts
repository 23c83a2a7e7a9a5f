import { Controller, Get, NotFoundException, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChunkListsRepository, type ListedChunk } from '../../chunks/chunk-lists.repository.js';
import { IdParam } from '../../http/ids.js';
import { decodeCursor, pageOf } from '../../http/pages/cursor.js';
import { ListQuery } from '../../http/pages/list-query.dto.js';
import { toChunkResponse } from '../chunk-response.js';
import { ConversationsRepository } from '../conversations.repository.js';
import { ChunkItemPageResponse, type ChunkItemResponse } from './conversation-lists.dto.js';

@ApiTags('chunks')
@ApiBearerAuth()
@Controller('api/conversations/:id/chunks')
export class ChunkListsController {
  constructor(
    private readonly chunks: ChunkListsRepository,
    private readonly conversations: ConversationsRepository,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the chunks of a conversation by position, without their texts' })
  @ApiOkResponse({ type: ChunkItemPageResponse })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async list(@IdParam('id') id: string, @Query() query: ListQuery): Promise<ChunkItemPageResponse> {
    const { limit, cursor } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.chunks.ofConversation(id, {
      limit: limit + 1,
      after: after === undefined ? undefined : { position: after.key, id: after.id },
    });
    if (rows.length === 0 && (await this.conversations.status(id)) === undefined) {
      throw new NotFoundException(`there is no conversation ${id}`);
    }
    const { data, nextCursor } = pageOf(rows, limit, (chunk) => ({ key: chunk.position, id: chunk.id }));
    return { data: data.map(toItem), nextCursor };
  }
}

function toItem(chunk: ListedChunk): ChunkItemResponse {
  const {
    transcript: _transcript,
    diarization: _diarization,
    correction,
    ...item
  } = toChunkResponse({ ...chunk, ...UNREAD });
  if (correction === null) return { ...item, correction };
  const { note: _note, ...listed } = correction;
  return { ...item, correction: listed };
}

/** Fields of a chunk that a list does not read. */
const UNREAD = { transcript: null, diarization: null };
