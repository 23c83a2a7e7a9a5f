import { Controller, Get, NotFoundException } from '@nestjs/common';
import { ApiBearerAuth, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdParam } from '../http/ids.js';
import { RedactionReceiptResponse } from './redaction-receipt.dto.js';
import { RedactionReceiptRepository } from './redaction-receipt.repository.js';
import { redactionReceipt } from './redaction-receipt.js';

@ApiTags('privacy')
@ApiBearerAuth()
@Controller('api/conversations/:id')
export class RedactionReceiptController {
  constructor(private readonly receipts: RedactionReceiptRepository) {}

  @Get('redaction')
  @ApiOperation({
    summary: 'What was redacted in a conversation, by whom and when, and what is left at AssemblyAI',
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
    return redactionReceipt({ conversationId, settings, chunks, copies });
  }
}
