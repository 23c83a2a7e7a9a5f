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
import { type TranscribedConversation, TranscriptsRepository } from './transcript/transcripts.repository.js';

const CONTENT_TYPES: Readonly<Record<TranscriptFormat, string>> = {
  text: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
  srt: 'application/x-subrip; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

/** Value of `include` that adds the origins of words. */
const CHANGES = 'changes';

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
  @ApiQuery({
    name: 'include',
    required: false,
    enum: [CHANGES],
    description:
      'For JSON: each word has `origin`, which is `heard`, `corrected` or `edited`, and `heard`, the words that it replaced, empty when it was added. Each chunk has `changes`, removed words included; `minor` are those of case and punctuation only. `stats` counts them. Other formats ignore it. Without a stored first-stage text, as in an anonymized conversation, words have no `origin` unless they were edited.',
  })
  @ApiOkResponse({
    description:
      'Plain text, Markdown, JSON, SubRip, WebVTT or a Word file. Words have the times of the recognizer; those that the correction changed have times interpolated from their neighbors, marked `interpolated` in JSON. SubRip has no escapes: there `<redacted_name>` reads `[redacted_name]`.',
    content: TRANSCRIPT_CONTENT,
  })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async transcript(
    @IdParam('id') id: string,
    @Res() reply: FastifyReply,
    @Query('format') format = 'text',
    @Query('include') include?: string,
  ): Promise<void> {
    if (!isFormat(format)) {
      throw new BadRequestException([`format must be one of ${TRANSCRIPT_FORMATS.join(', ')}`]);
    }
    if (include !== undefined && include !== CHANGES) {
      throw new BadRequestException([`include must be ${CHANGES}, or not be given`]);
    }
    const includesChanges = include === CHANGES && format === 'json';
    const conversation = await this.transcripts.conversation(id);
    if (conversation === undefined) throw noConversation(id);
    const { status, title, createdAt, summary, summaryLeftOut } = conversation;
    const rendered = await this.renderer.render(format, {
      id,
      status,
      title,
      createdAt: createdAt.toISOString(),
      summary,
      summaryLeftOut,
      whenEmpty: whenEmpty(conversation),
      includesChanges,
      chunks: await this.transcripts.completedChunks(id, {
        withWords: format !== 'text',
        withSources: includesChanges,
      }),
    });
    if (format === 'docx') reply.header('content-disposition', `attachment; filename="${id}.docx"`);
    await reply.type(CONTENT_TYPES[format]).send(rendered);
  }

  @Get('events')
  @ApiOperation({ summary: 'What happened to the conversation and its chunks, job by job, oldest first' })
  @ApiOkResponse({ type: ProcessingEventResponse, isArray: true })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async events(@IdParam('id') id: string): Promise<ProcessingEventResponse[]> {
    if ((await this.conversations.status(id)) === undefined) throw noConversation(id);
    return (await this.log.ofConversation(id)).map(toEventResponse);
  }
}

/** Distinguishes text that is still to come, silence and failure, like the conversation itself. */
function whenEmpty({ status, isFailed }: TranscribedConversation): string {
  if (status !== 'finalized') return '';
  return isFailed ? NOTHING_COULD_BE_TRANSCRIBED : NOTHING_TO_TRANSCRIBE;
}

function noConversation(id: string): NotFoundException {
  return new NotFoundException(`there is no conversation ${id}`);
}

function isFormat(format: string): format is TranscriptFormat {
  return (TRANSCRIPT_FORMATS as readonly string[]).includes(format);
}
