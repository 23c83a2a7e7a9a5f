import { Body, Controller, HttpStatus, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { SkipApiKey } from '../http/api-key-check.js';
import { Metrics } from '../observability/metrics.js';
import { CALLBACK_PATH, CALLBACK_SECRET_HEADER } from './callback-auth.hook.js';
import { CallbackReceiver, proofFor, type CallbackOutcome } from './callback-receiver.js';

/** A 4xx is final for the provider, so it is used only where calling again cannot help. */
const ANSWERS: Readonly<Record<CallbackOutcome, { status: HttpStatus; body: object }>> = {
  ok: { status: HttpStatus.OK, body: { status: 'ok' } },
  error_handled: { status: HttpStatus.OK, body: { status: 'error_handled' } },
  ignored: { status: HttpStatus.OK, body: { status: 'ignored' } },
  unknown: {
    status: HttpStatus.NOT_FOUND,
    body: { statusCode: 404, error: 'Not Found', message: 'there is no open submission of this transcript' },
  },
  malformed: {
    status: HttpStatus.BAD_REQUEST,
    body: {
      statusCode: 400,
      error: 'Bad Request',
      message: 'a callback is {"transcript_id": "...", "status": "completed" | "error"}',
    },
  },
  unavailable: {
    status: HttpStatus.SERVICE_UNAVAILABLE,
    body: {
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'the callback could not be recorded; call again',
    },
  },
};

@ApiTags('webhooks')
@Controller(CALLBACK_PATH)
export class AssemblyAiCallbackController {
  constructor(
    private readonly receiver: CallbackReceiver,
    private readonly metrics: Metrics,
    private readonly config: AppConfig,
  ) {}

  @Post()
  @SkipApiKey()
  @ApiOperation({
    summary: 'The provider says that a transcript is ready',
    description: 'A hint: it makes us look.',
  })
  @ApiHeader({ name: CALLBACK_SECRET_HEADER, required: true })
  @ApiQuery({ name: 'submission', required: false })
  @ApiResponse({ status: 200, description: '`ok`, `error_handled` or `ignored`' })
  @ApiResponse({ status: 401, description: 'Wrong or missing secret' })
  @ApiResponse({ status: 404, description: 'No such submission, or it has settled' })
  @ApiResponse({ status: 503, description: 'No secret is configured, or the callback could not be recorded' })
  async receive(
    @Body() body: unknown,
    @Query('submission') submission: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const outcome = await this.receiver.receive(body, submission);
    this.metrics.callbacks.inc({ outcome });
    const { status, body: answer } = ANSWERS[outcome];
    const proof =
      outcome === 'ignored' ? proofFor(body, this.config.transcription.callbackSecrets[0]) : undefined;
    await reply.status(status).send(proof === undefined ? answer : { ...answer, proof });
  }
}
