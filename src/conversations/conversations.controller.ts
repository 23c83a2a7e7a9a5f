import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Logger,
  NotFoundException,
  Patch,
  Post,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { IdParam } from '../http/ids.js';
import { Settlement } from '../coordination/settlement.js';
import { bestEffort } from '../queues/best-effort.js';
import {
  ConversationResponse,
  CreateConversationRequest,
  UpdateConversationRequest,
} from './conversations.dto.js';
import { toConversationResponse } from './conversation-response.js';
import { ConversationsRepository, ExternalIdTakenError } from './conversations.repository.js';

const EXTERNAL_ID_TAKEN = 'Another conversation of the project has the external id (`external_id_taken`)';

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
  @ApiConflictResponse({ description: EXTERNAL_ID_TAKEN })
  async create(@Body() request: CreateConversationRequest): Promise<ConversationResponse> {
    const id = await orConflict(this.conversations.create(request));
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

  @Patch(':id')
  @ApiOperation({
    summary: 'Change the title, the external id or the metadata of a conversation',
    description: 'In any state. What is not given stays; null removes a title or an external id.',
  })
  @ApiOkResponse({ type: ConversationResponse })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  @ApiConflictResponse({ description: EXTERNAL_ID_TAKEN })
  async update(
    @IdParam('id') id: string,
    @Body() request: UpdateConversationRequest,
  ): Promise<ConversationResponse> {
    if (!(await orConflict(this.conversations.rename(id, request)))) throw noConversation(id);
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
    if (view === undefined) throw noConversation(id);
    return toConversationResponse(view);
  }
}

function noConversation(id: string): NotFoundException {
  return new NotFoundException(`there is no conversation ${id}`);
}

/** @throws ConflictException with a code for programs, when the external id is taken */
async function orConflict<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof ExternalIdTakenError)) throw error;
    throw new ConflictException({ message: error.message, code: error.code }, { cause: error });
  }
}
