import { Controller, Get, GoneException, NotFoundException, Req, Res } from '@nestjs/common';
import {
  ApiBadGatewayResponse,
  ApiBearerAuth,
  ApiFoundResponse,
  ApiGoneResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdParam } from '../../http/ids.js';
import { ConversationsRepository } from '../conversations.repository.js';
import { RecordingList } from './recording-list.js';
import { recordingGone, RecordingSender } from './recording-sender.js';
import { RecordingResponse } from './recordings.dto.js';
import { RecordingsRepository } from './recordings.repository.js';

const BINARY = { 'audio/*': { schema: { type: 'string', format: 'binary' } } } as const;

@ApiTags('recordings')
@ApiBearerAuth()
@Controller('api')
export class RecordingsController {
  constructor(
    private readonly recordings: RecordingsRepository,
    private readonly conversations: ConversationsRepository,
    private readonly list: RecordingList,
    private readonly sender: RecordingSender,
  ) {}

  @Get('chunks/:id/audio')
  @ApiOperation({
    summary: 'The recording of a chunk',
    description:
      'From the local folder with `Range`, conditions and `HEAD`; several ranges are answered with the whole. From a bucket by a redirect to a URL that is signed for an hour. A recording at the URL of its sender is passed through.',
  })
  @ApiHeader({ name: 'Range', required: false, description: 'One range of bytes, such as `bytes=0-999`.' })
  @ApiHeader({ name: 'If-Range', required: false, description: 'The `ETag` of the recording.' })
  @ApiOkResponse({ description: 'The whole recording', content: BINARY })
  @ApiResponse({ status: 206, description: 'The requested part', content: BINARY })
  @ApiFoundResponse({ description: 'The recording is in a bucket, at the URL in `Location`' })
  @ApiResponse({ status: 304, description: 'The client has it already (`If-None-Match`)' })
  @ApiNotFoundResponse({ description: 'No such chunk' })
  @ApiGoneResponse({ description: 'The recording was removed (`recording_gone`)' })
  @ApiResponse({ status: 416, description: 'The range begins after the end of the recording' })
  @ApiBadGatewayResponse({
    description: 'The server at the recording’s own URL does not deliver it (`recording_unreachable`)',
  })
  @ApiServiceUnavailableResponse({ description: 'The store of recordings cannot be read now' })
  async audio(
    @IdParam('id') chunkId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const place = await this.recordings.find(chunkId);
    switch (place?.kind) {
      case undefined:
        throw new NotFoundException(`there is no chunk ${chunkId}`);
      case 'gone':
        throw recordingGone(chunkId);
      case 'stored':
        return this.sender.sendStored({ chunkId, request, reply }, place.key);
      case 'url':
        return this.sender.sendRemote({ chunkId, request, reply }, place.url);
    }
  }

  @Get('conversations/:id/audio')
  @ApiOperation({
    summary: 'The recordings of a conversation, in the order of their positions',
    description: 'With their starts on the timeline that the words of the transcript have.',
  })
  @ApiOkResponse({ type: RecordingResponse, isArray: true })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  @ApiGoneResponse({ description: 'The conversation was deleted (`recording_gone`)' })
  async listAudio(@IdParam('id') id: string): Promise<RecordingResponse[]> {
    if ((await this.conversations.status(id)) === undefined) {
      if (!(await this.recordings.wasDeleted(id))) {
        throw new NotFoundException(`there is no conversation ${id}`);
      }
      throw new GoneException({
        code: 'recording_gone',
        message: `the recordings of conversation ${id} were removed with it`,
      });
    }
    return this.list.of(id);
  }
}
