import { Module } from '@nestjs/common';
import { DeletionsController } from './deletions.controller.js';
import { PrivacyModule } from './privacy.module.js';
import { RedactionReceiptController } from './redaction-receipt.controller.js';
import { RedactionReceiptRepository } from './redaction-receipt.repository.js';

@Module({
  imports: [PrivacyModule],
  controllers: [DeletionsController, RedactionReceiptController],
  providers: [RedactionReceiptRepository],
})
export class PrivacyApiModule {}
