import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { AssemblyAiModule } from '../providers/assemblyai/assemblyai.module.js';
import { TranscriptionModule } from '../transcription/transcription.module.js';
import { AudioRetention } from './audio-retention.js';
import { AudioRetentionRepository } from './audio-retention.repository.js';
import { ConversationDeleter } from './conversation-deleter.js';
import { LeftoverAudio } from './leftover-audio.js';
import { LeftoverAudioRepository } from './leftover-audio.repository.js';
import { RetentionTimer } from './retention.timer.js';
import { PrivacyModule } from './privacy.module.js';
import { ProviderDeleter } from './provider-deleter.js';

@Module({
  imports: [AudioModule, CoordinationModule, AssemblyAiModule, TranscriptionModule, PrivacyModule],
  providers: [
    AudioRetention,
    AudioRetentionRepository,
    ConversationDeleter,
    LeftoverAudio,
    LeftoverAudioRepository,
    ProviderDeleter,
    RetentionTimer,
  ],
})
export class PrivacyWorkerModule {}
