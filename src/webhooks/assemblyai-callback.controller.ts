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
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
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
  @ApiHeader({ name: CALLBACK_SECRET_HEADER, required: true })
  @ApiQuery({ name: 'submission', required: false })
  @ApiResponse({ status: 200, description: '`ok`, `error_handled` or `ignored`' })
  @ApiResponse({ status: 401, description: 'Wrong or missing secret' })
  @ApiResponse({ status: 404, description: 'No such submission, or it has settled' })
  @ApiResponse({ status: 503, description: 'No secret is configured, or the callback could not be recorded' })
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
