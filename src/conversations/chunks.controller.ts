import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  ParseBoolPipe,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
  getSchemaPath,
  ApiExtraModels,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { yieldForLongText } from '../event-loop/yield-to-event-loop.js';
import { TakesUploads } from '../http/body-types.js';
import { IdParam } from '../http/ids.js';
import type { Schema } from '../http/openapi/openapi-types.js';
import { validateBody } from '../http/validation.js';
import { ProcessingLog } from '../observability/processing-log.js';
import { ChunkIntake, type IncomingChunk } from './chunk-intake.js';
import { toChunkResponse, toEventResponse } from './chunk-response.js';
import {
  ChunkResponse,
  CreateChunkFromUrlRequest,
  IDEMPOTENCY_KEY,
  MAX_POSITION,
  ProcessingEventResponse,
  TranscribeChunkRequest,
} from './chunks.dto.js';
import { UploadReceiver } from './upload-receiver.js';

const UPLOAD_SCHEMA: Schema = {
  type: 'object',
  required: ['audio'],
  properties: {
    audio: { type: 'string', format: 'binary', description: 'The recording, with a file name.' },
    position: {
      type: 'integer',
      minimum: 0,
      maximum: MAX_POSITION,
      description: 'After the last chunk when not given.',
    },
  },
};

const FORCE_PIPE = new ParseBoolPipe({
  optional: true,
  exceptionFactory: () => new BadRequestException(['force must be true or false']),
});

@ApiTags('chunks')
@ApiBearerAuth()
@ApiExtraModels(CreateChunkFromUrlRequest)
@Controller('api')
export class ChunksController {
  constructor(
    private readonly intake: ChunkIntake,
    private readonly uploads: UploadReceiver,
    private readonly log: ProcessingLog,
  ) {}

  @Post('conversations/:id/chunks')
  @TakesUploads()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Add a chunk: upload a recording, or give its URL',
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': { schema: UPLOAD_SCHEMA },
        'application/json': { schema: { $ref: getSchemaPath(CreateChunkFromUrlRequest) } },
      },
    },
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeat returns the same chunk.' })
  @ApiAcceptedResponse({ type: ChunkResponse })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  @ApiConflictResponse({
    description: 'The conversation is finished, or has no position left after its last chunk',
  })
  @ApiResponse({
    status: HttpStatus.INSUFFICIENT_STORAGE,
    description: 'There is no space for the recording',
  })
  @ApiServiceUnavailableResponse({ description: 'The recording could not be stored now; send it again' })
  async create(
    @IdParam('id') conversationId: string,
    @Req() request: FastifyRequest,
    @Headers('idempotency-key') idempotencyKey?: string,
  ): Promise<ChunkResponse> {
    if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
      throw new BadRequestException(['Idempotency-Key must be 1 to 255 visible ASCII characters']);
    }
    const isUpload = request.isMultipart();
    const receive = (chunkId: string): Promise<IncomingChunk> =>
      isUpload ? this.receiveUpload(request, `${conversationId}/${chunkId}`) : receiveUrl(request.body);
    return toChunkResponse(await this.intake.accept({ conversationId, idempotencyKey, isUpload, receive }));
  }

  @Post('transcription/chunks/:chunkId')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Transcribe a chunk again, or only correct its text again',
    description:
      'In flight: nothing new is submitted. Failed: it is tried again. Completed: 409 unless `force` is true. ' +
      'With `from=correction` no new transcript is paid for: windows whose correction failed are tried again, ' +
      'and with `force`, when none failed, all of them; 409 `no_first_stage_text` where there is no text to correct.',
  })
  @ApiQuery({
    name: 'from',
    required: false,
    enum: ['correction'],
    description: 'Where to start: `correction` keeps the first-stage text.',
  })
  @ApiQuery({
    name: 'force',
    required: false,
    type: Boolean,
    description: 'Whether a completed chunk is transcribed again.',
  })
  @ApiAcceptedResponse({ type: ChunkResponse })
  @ApiNotFoundResponse({ description: 'No such chunk' })
  @ApiConflictResponse({
    description: 'The chunk is completed, its recording was removed, or it has no first-stage text',
  })
  async transcribe(
    @IdParam('chunkId') chunkId: string,
    @Body() request: TranscribeChunkRequest,
    @Query('force', FORCE_PIPE) force = false,
    @Query('from') from?: string,
  ): Promise<ChunkResponse> {
    if (from !== undefined) {
      if (from !== 'correction') throw new BadRequestException(['from must be correction']);
      if (request.redactPii !== undefined) {
        throw new BadRequestException(['redactPii needs a new transcript: leave out from=correction']);
      }
      return toChunkResponse(await this.intake.correctAgain(chunkId, { force }));
    }
    return toChunkResponse(await this.intake.restart(chunkId, { force, redactPii: request.redactPii }));
  }

  @Get('chunks/:id')
  @ApiOperation({ summary: 'Read a chunk: its state, and its text as soon as there is one' })
  @ApiOkResponse({ type: ChunkResponse })
  @ApiNotFoundResponse({ description: 'No such chunk' })
  async read(@IdParam('id') id: string): Promise<ChunkResponse> {
    const chunk = await this.intake.read(id);
    // A provider's answer may have megabytes: it is parsed and written in separate iterations.
    await yieldForLongText(chunk.transcript?.length ?? 0);
    return toChunkResponse(chunk);
  }

  @Get('chunks/:id/events')
  @ApiOperation({ summary: 'What happened to a chunk, job by job, oldest first' })
  @ApiOkResponse({ type: ProcessingEventResponse, isArray: true })
  @ApiNotFoundResponse({ description: 'No such chunk' })
  async events(@IdParam('id') id: string): Promise<ProcessingEventResponse[]> {
    await this.intake.read(id);
    return (await this.log.ofChunk(id)).map(toEventResponse);
  }

  private async receiveUpload(request: FastifyRequest, key: string): Promise<IncomingChunk> {
    const { audio, facts, position } = await this.uploads.receive(request, key);
    return {
      audio: { kind: 'stored', key: audio.key, mimeType: audio.mimeType, bytes: audio.bytes, facts },
      position,
    };
  }
}

async function receiveUrl(body: unknown): Promise<IncomingChunk> {
  const { audioUrl, position } = await validateBody(CreateChunkFromUrlRequest, body);
  return { audio: { kind: 'url', url: audioUrl }, position };
}
