import { Module } from '@nestjs/common';
import { ChunksModule } from '../chunks/chunks.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { AssemblyAiModule } from '../providers/assemblyai/assemblyai.module.js';
import { LostSubmitSearch } from './lost-submit-search.js';
import { ProviderThrottle } from './provider-throttle.js';

/** Providers for other modules that send requests to AssemblyAI. */
@Module({
  imports: [ChunksModule, CoordinationModule, AssemblyAiModule],
  providers: [LostSubmitSearch, ProviderThrottle],
  exports: [LostSubmitSearch, ProviderThrottle],
})
export class TranscriptionModule {}
