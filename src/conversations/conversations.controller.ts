import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Logger,
  NotFoundException,
  Post,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { IdParam } from '../http/ids.js';
import { Settlement } from '../coordination/settlement.js';
import { bestEffort } from '../queues/best-effort.js';
import { ConversationResponse, CreateConversationRequest } from './conversations.dto.js';
import { toConversationResponse } from './conversation-response.js';
import { ConversationsRepository } from './conversations.repository.js';

@ApiTags('conversations')
@ApiBearerAuth()
@Controller('api/conversations')
export class ConversationsController {
  private readonly logger = new Logger(ConversationsController.name);

  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly settlement: Settlement,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Open a conversation', description: 'Its own settings win over the project’s.' })
  @ApiCreatedResponse({ type: ConversationResponse })
  async create(@Body() request: CreateConversationRequest): Promise<ConversationResponse> {
    const id = await this.conversations.create(request);
    if (id === undefined)
      throw new BadRequestException([`projectId: there is no project ${String(request.projectId)}`]);
    return this.respond(id);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a conversation: its state, and once finalized its transcript and summary' })
  @ApiOkResponse({ type: ConversationResponse })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async read(@IdParam('id') id: string): Promise<ConversationResponse> {
    return this.respond(id);
  }

  @Post(':id/finish')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'No more chunks will come',
    description:
      'Finalization runs when the last chunk settles, at once if none is pending. Repeating is harmless.',
  })
  @ApiAcceptedResponse({ type: ConversationResponse })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async finish(@IdParam('id') id: string): Promise<ConversationResponse> {
    await this.conversations.finish(id);
    await bestEffort(this.logger, `finalizing conversation ${id}`, () => this.settlement.finalizeWhenDue(id));
    return this.respond(id);
  }

  private async respond(id: string): Promise<ConversationResponse> {
    const view = await this.conversations.view(id);
    if (view === undefined) throw new NotFoundException(`there is no conversation ${id}`);
    return toConversationResponse(view);
  }
}
