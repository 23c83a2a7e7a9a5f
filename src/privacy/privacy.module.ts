import { Module } from '@nestjs/common';
import { ConversationDeletionsRepository } from './conversation-deletions.repository.js';
import { PrivacyBacklog } from './privacy-backlog.js';
import { ProviderDeletionsRepository } from './provider-deletions.repository.js';

@Module({
  providers: [ConversationDeletionsRepository, ProviderDeletionsRepository, PrivacyBacklog],
  exports: [ConversationDeletionsRepository, ProviderDeletionsRepository],
})
export class PrivacyModule {}
