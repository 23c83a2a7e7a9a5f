import {
  BadRequestException,
  Controller,
  Get,
  Headers,
  Query,
  Req,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Cursor, parseCursor } from './cursor.js';
import { StreamQuery } from './stream.dto.js';
import { Streams } from './streams.js';

/** Seconds after which a client may find room, or another process. */
const RETRY_AFTER_SECONDS = 30;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Keeps nginx from collecting events before it passes them on.
  'x-accel-buffering': 'no',
  // The connection has no other use when the stream ends, and must not delay a stop.
  connection: 'close',
};

@ApiTags('stream')
@ApiBearerAuth()
@Controller('api/stream')
export class StreamController {
  constructor(private readonly streams: Streams) {}

  @Get()
  @ApiOperation({
    summary: 'Changes of chunks and conversations, as server-sent events',
    description:
      'Events `chunk`, `conversation`, and `reset`, after which a client loads everything again. They have ids and states, no texts.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Goes on after this event; without it the stream starts now.',
  })
  @ApiOkResponse({ description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiBadRequestResponse({ description: 'An id is malformed' })
  @ApiServiceUnavailableResponse({ description: 'This process has too many streams; see `Retry-After`' })
  async stream(
    @Query() { lastEventId, ...filter }: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') header?: string,
  ): Promise<void> {
    const after = readCursor('Last-Event-ID', header) ?? readCursor('lastEventId', lastEventId);
    if (request.method === 'HEAD') {
      reply.headers(HEADERS).send();
      return;
    }
    if (this.streams.areFull) {
      reply.header('retry-after', RETRY_AFTER_SECONDS);
      throw new ServiceUnavailableException('this process has too many streams; try again in a while');
    }
    await this.streams.prepare();
    reply.hijack();
    writeHead(reply);
    await this.streams.connect(reply.raw, { filter, after });
  }
}

/** Fastify does not write the headers that hooks have set when it does not send the answer. */
function writeHead(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.headers(HEADERS).getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(200);
}

function readCursor(name: string, text: string | undefined): Cursor | undefined {
  if (text === undefined || text === '') return undefined;
  const cursor = parseCursor(text);
  if (cursor === undefined) throw new BadRequestException([`${name} must be the id of an event`]);
  return cursor;
}
