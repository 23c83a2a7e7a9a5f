import { Module } from '@nestjs/common';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { ConversationsModule } from './conversations.module.js';
import { FinalizeProcessor } from './finalize.processor.js';
import { MissingWordsTimer } from './lists/missing-words.timer.js';
import { OwedConversations } from './owed-conversations.js';

@Module({
  imports: [ConversationsModule, CoordinationModule],
  providers: [FinalizeProcessor, OwedConversations, MissingWordsTimer],
})
export class ConversationsWorkerModule {}
