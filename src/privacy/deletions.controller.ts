import { Controller, Delete, Get, HttpCode, HttpStatus, Logger, NotFoundException } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { IdParam } from '../http/ids.js';
import {
  ConversationDeletionsRepository,
  type ConversationDeletion,
} from './conversation-deletions.repository.js';
import { ConversationDeletionResponse } from './deletions.dto.js';

@ApiTags('privacy')
@ApiBearerAuth()
@Controller('api/conversations/:id')
export class DeletionsController {
  private readonly logger = new Logger('Deletions');

  constructor(private readonly deletions: ConversationDeletionsRepository) {}

  @Delete()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Delete a conversation: recordings, texts, events, and the copies at AssemblyAI',
    description:
      'In any state, also while its chunks are transcribed. It answers 404 from then on. What lies elsewhere is removed ' +
      'shortly after, and tried again until it is gone; ask `deletion` for how far that is. Repeating is harmless.',
  })
  @ApiAcceptedResponse({ type: ConversationDeletionResponse })
  @ApiNotFoundResponse({ description: 'There never was such a conversation' })
  async delete(@IdParam('id') id: string): Promise<ConversationDeletionResponse> {
    await this.deletions.request(id);
    const response = await this.respond(id);
    this.logger.log(`conversation ${id} is being deleted`);
    return response;
  }

  @Get('deletion')
  @ApiOperation({ summary: 'How far the deletion of a conversation is' })
  @ApiOkResponse({ type: ConversationDeletionResponse })
  @ApiNotFoundResponse({ description: 'No conversation of this id was deleted' })
  async read(@IdParam('id') id: string): Promise<ConversationDeletionResponse> {
    return this.respond(id);
  }

  private async respond(id: string): Promise<ConversationDeletionResponse> {
    const deletion = await this.deletions.view(id);
    if (deletion === undefined) throw new NotFoundException(`no conversation ${id} was deleted`);
    return toResponse(deletion);
  }
}

function toResponse(deletion: ConversationDeletion): ConversationDeletionResponse {
  const { conversationId, status, providerCopies, error } = deletion;
  return {
    conversationId,
    status,
    requestedAt: deletion.requestedAt.toISOString(),
    audioDeletedAt: deletion.audioDeletedAt?.toISOString() ?? null,
    providerCopies,
    deletedAt: deletion.deletedAt?.toISOString() ?? null,
    error,
  };
}
