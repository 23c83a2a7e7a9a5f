import { BadRequestException, Controller, Get, NotFoundException, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { IdParam } from '../http/ids.js';
import { ProcessingLog } from '../observability/processing-log.js';
import { toEventResponse } from './chunk-response.js';
import { ProcessingEventResponse } from './chunks.dto.js';
import { NOTHING_TO_TRANSCRIBE } from '../chunks/empty-text.js';
import { ConversationsRepository } from './conversations.repository.js';
import { NOTHING_COULD_BE_TRANSCRIBED } from './transcript/merge-transcripts.js';
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from './transcript/transcript-formats.js';
import { TRANSCRIPT_CONTENT } from './transcript/transcript-content.js';
import { TranscriptRenderer } from './transcript/transcript-renderer.js';
import { TranscriptsRepository } from './transcript/transcripts.repository.js';

const CONTENT_TYPES: Readonly<Record<TranscriptFormat, string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  srt: 'application/x-subrip; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
};

@ApiTags('conversations')
@ApiBearerAuth()
@Controller('api/conversations/:id')
export class TranscriptController {
  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly transcripts: TranscriptsRepository,
    private readonly renderer: TranscriptRenderer,
    private readonly log: ProcessingLog,
  ) {}

  @Get('transcript')
  @ApiOperation({
    summary: 'The merged transcript',
    description: 'Before the conversation is finalized: the transcript of the chunks completed so far.',
  })
  @ApiQuery({
    name: 'format',
    required: false,
    enum: TRANSCRIPT_FORMATS,
    description: 'Format of the answer; `text` when not given.',
  })
  @ApiOkResponse({
    description:
      'Plain text, JSON, SubRip or WebVTT. Words have the times of the recognizer; those that the correction changed have times interpolated from their neighbors, marked `interpolated` in JSON. SubRip has no escapes: there `<redacted_name>` reads `[redacted_name]`.',
    content: TRANSCRIPT_CONTENT,
  })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async transcript(
    @IdParam('id') id: string,
    @Res() reply: FastifyReply,
    @Query('format') format = 'text',
  ): Promise<void> {
    if (!isFormat(format)) {
      throw new BadRequestException([`format must be one of ${TRANSCRIPT_FORMATS.join(', ')}`]);
    }
    const status = await this.statusOf(id);
    const chunks = await this.transcripts.completedChunks(id, { withWords: format !== 'text' });
    const conversation = { id, whenEmpty: await this.whenEmpty(id, status), status, chunks };
    await reply.type(CONTENT_TYPES[format]).send(await this.renderer.render(format, conversation));
  }

  @Get('events')
  @ApiOperation({ summary: 'What happened to the conversation and its chunks, job by job, oldest first' })
  @ApiOkResponse({ type: ProcessingEventResponse, isArray: true })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async events(@IdParam('id') id: string): Promise<ProcessingEventResponse[]> {
    await this.statusOf(id);
    return (await this.log.ofConversation(id)).map(toEventResponse);
  }

  /**
   * Distinguishes text that is still to come, silence and failure, like the conversation itself.
   */
  private async whenEmpty(id: string, status: string): Promise<string> {
    if (status !== 'finalized') return '';
    const shown = (await this.conversations.view(id))?.transcript;
    return shown === NOTHING_COULD_BE_TRANSCRIBED ? shown : NOTHING_TO_TRANSCRIBE;
  }

  private async statusOf(id: string): Promise<string> {
    const status = await this.conversations.status(id);
    if (status === undefined) throw new NotFoundException(`there is no conversation ${id}`);
    return status;
  }
}

function isFormat(format: string): format is TranscriptFormat {
  return (TRANSCRIPT_FORMATS as readonly string[]).includes(format);
}
