import {
  ConflictException,
  Controller,
  HttpCode,
  HttpStatus,
  Logger,
  NotFoundException,
  Post,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { IdParam } from '../../http/ids.js';
import { bestEffort } from '../../queues/best-effort.js';
import { JobQueues } from '../../queues/job-queues.js';
import { toConversationResponse } from '../conversation-response.js';
import { ConversationResponse } from '../conversations.dto.js';
import { ConversationsRepository } from '../conversations.repository.js';
import { EditedConversationsRepository } from './edited-conversations.repository.js';

@ApiTags('conversations')
@ApiBearerAuth()
@Controller('api/conversations/:id/summary')
export class SummaryController {
  private readonly logger = new Logger(SummaryController.name);

  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly edited: EditedConversationsRepository,
    private readonly queues: JobQueues,
  ) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Summarize the present transcript again',
    description: 'After edits. The previous summary stays until the new one is made.',
  })
  @ApiAcceptedResponse({ type: ConversationResponse })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  @ApiConflictResponse({
    description: 'not_finalized: the conversation is not finalized. no_text: it has no text.',
  })
  async summarize(@IdParam('id') id: string): Promise<ConversationResponse> {
    const code = await this.edited.requestSummary(id);
    if (code === 'not_finalized') {
      throw new ConflictException({ message: `conversation ${id} is not finalized yet`, code });
    }
    if (code === 'no_text') {
      throw new ConflictException({ message: `conversation ${id} has no text to summarize`, code });
    }
    if (code === 'requested') {
      await bestEffort(this.logger, `summarizing conversation ${id}`, () =>
        this.queues.add('summarize', { conversationId: id }),
      );
    }
    const view = await this.conversations.view(id);
    if (view === undefined) throw new NotFoundException(`there is no conversation ${id}`);
    return toConversationResponse(view);
  }
}
