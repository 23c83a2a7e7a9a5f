import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  type HttpException,
  HttpStatus,
  NotFoundException,
  Post,
  Query,
  ServiceUnavailableException,
} from '@nestjs/common';
import {
  ApiBody,
  ApiForbiddenResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { AppConfig } from '../config/app-config.js';
import { SkipApiKey } from '../http/api-key-check.js';
import { Metrics } from '../observability/metrics.js';
import { CALLBACK_PATH, CALLBACK_SECRET_HEADER } from './callback-auth.hook.js';
import { CallbackReceiver, proofFor, type CallbackOutcome } from './callback-receiver.js';

interface CallbackAnswer {
  status: Exclude<CallbackOutcome, Refusal>;
  /** Proves to the doctor that its own service answered. */
  proof?: string;
}

type Refusal = Extract<CallbackOutcome, 'unknown' | 'malformed' | 'unavailable'>;

/** A 4xx is final for the provider, so it is used only where calling again cannot help. */
const REFUSALS: Readonly<Record<Refusal, () => HttpException>> = {
  unknown: () => new NotFoundException('there is no open submission of this transcript'),
  malformed: () =>
    new BadRequestException('a callback is {"transcript_id": "...", "status": "completed" | "error"}'),
  unavailable: () => new ServiceUnavailableException('the callback could not be recorded; call again'),
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
  @HttpCode(HttpStatus.OK)
  @SkipApiKey()
  @ApiOperation({
    summary: 'The provider says that a transcript is ready',
    description: 'A hint: it makes us look.',
  })
  @ApiHeader({
    name: CALLBACK_SECRET_HEADER,
    required: true,
    description: 'One of the secrets of ASSEMBLYAI_WEBHOOK_SECRET.',
  })
  @ApiQuery({ name: 'submission', required: false, description: 'The id that was sent with the submission.' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['status'],
      properties: {
        transcript_id: { type: 'string', description: 'The provider’s id of the transcript.' },
        status: { type: 'string', description: '`completed` or `error`; anything else is ignored.' },
      },
    },
  })
  @ApiOkResponse({
    description: '`ok`, `error_handled` or `ignored`',
    schema: {
      type: 'object',
      required: ['status'],
      properties: {
        status: {
          type: 'string',
          enum: ['ok', 'error_handled', 'ignored'],
          description: 'What was done with the callback.',
        },
        proof: { type: 'string', description: 'For `npm run doctor`, which sends itself a callback.' },
      },
    },
  })
  @ApiUnauthorizedResponse({ description: 'Wrong or missing secret' })
  @ApiForbiddenResponse({ description: 'Callbacks from this address are not accepted' })
  @ApiNotFoundResponse({ description: 'No such submission, or it has settled' })
  @ApiTooManyRequestsResponse({ description: 'Too many wrong secrets from one address' })
  @ApiServiceUnavailableResponse({
    description: 'No secret is configured, or the callback could not be recorded',
  })
  async receive(@Body() body: unknown, @Query('submission') submission: unknown): Promise<CallbackAnswer> {
    const outcome = await this.receiver.receive(body, submission);
    this.metrics.callbacks.inc({ outcome });
    if (isRefusal(outcome)) throw REFUSALS[outcome]();
    const proof =
      outcome === 'ignored' ? proofFor(body, this.config.transcription.callbackSecrets[0]) : undefined;
    return { status: outcome, ...(proof !== undefined && { proof }) };
  }
}

function isRefusal(outcome: CallbackOutcome): outcome is Refusal {
  return outcome in REFUSALS;
}
