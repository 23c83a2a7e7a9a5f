import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { decodeCursor } from '../../http/pages/cursor.js';
import { toConversationResponse } from '../conversation-response.js';
import { ConversationPageResponse, ListConversationsQuery } from './conversation-lists.dto.js';
import { ConversationListsRepository } from './conversation-lists.repository.js';

@ApiTags('conversations')
@ApiBearerAuth()
@Controller('api/conversations')
export class ConversationListsController {
  constructor(private readonly lists: ConversationListsRepository) {}

  @Get()
  @ApiOperation({
    summary: 'List conversations, the newest first; or find them by words',
    description: 'Without their texts. Filters may be combined.',
  })
  @ApiOkResponse({ type: ConversationPageResponse })
  async list(@Query() query: ListConversationsQuery): Promise<ConversationPageResponse> {
    const { limit, cursor, ...filter } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const { data, nextCursor } = await this.lists.page(filter, { limit, after });
    return { data: data.map(toConversationResponse), nextCursor };
  }
}
