import { Module } from '@nestjs/common';
import { ConversationDeletionsRepository } from './conversation-deletions.repository.js';
import { DeletionsController } from './deletions.controller.js';
import { PrivacyBacklog } from './privacy-backlog.js';
import { ProviderDeletionsRepository } from './provider-deletions.repository.js';
import { RedactionReceiptController } from './redaction-receipt.controller.js';
import { RedactionReceiptRepository } from './redaction-receipt.repository.js';

@Module({
  controllers: [DeletionsController, RedactionReceiptController],
  providers: [
    ConversationDeletionsRepository,
    ProviderDeletionsRepository,
    PrivacyBacklog,
    RedactionReceiptRepository,
  ],
  exports: [ConversationDeletionsRepository, ProviderDeletionsRepository],
})
export class PrivacyModule {}
