import { Controller, Get, NotFoundException } from '@nestjs/common';
import { ApiBearerAuth, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AppConfig } from '../config/app-config.js';
import { modelProviderReceipt } from './model-provider-receipt.js';
import { IdParam } from '../http/ids.js';
import { RedactionReceiptResponse } from './redaction-receipt.dto.js';
import { RedactionReceiptRepository } from './redaction-receipt.repository.js';
import { redactionReceipt } from './redaction-receipt.js';

@ApiTags('privacy')
@ApiBearerAuth()
@Controller('api/conversations/:id')
export class RedactionReceiptController {
  constructor(
    private readonly receipts: RedactionReceiptRepository,
    private readonly config: AppConfig,
  ) {}

  @Get('redaction')
  @ApiOperation({
    summary: 'What was redacted in a conversation, by whom and when, and what is left at the providers',
    description: 'Counts, versions and times; no text.',
  })
  @ApiOkResponse({ type: RedactionReceiptResponse })
  @ApiNotFoundResponse({ description: 'No such conversation' })
  async read(@IdParam('id') conversationId: string): Promise<RedactionReceiptResponse> {
    const settings = await this.receipts.settings(conversationId);
    if (settings === undefined) throw new NotFoundException(`there is no conversation ${conversationId}`);
    const [chunks, copies] = await Promise.all([
      this.receipts.chunks(conversationId),
      this.receipts.copies(conversationId),
    ]);
    const modelProvider = modelProviderReceipt(this.config.correction.languageModel);
    return redactionReceipt({ conversationId, settings, chunks, copies, modelProvider });
  }
}
