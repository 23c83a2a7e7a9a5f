import { Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { ChunksModule } from '../chunks/chunks.module.js';
import { AppConfig } from '../config/app-config.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { AssemblyAiModule } from '../providers/assemblyai/assemblyai.module.js';
import { ChunkCorrector } from './chunk-corrector.js';
import { CorrectProcessor } from './correct.processor.js';
import { CorrectionAttempt } from './correction-attempt.js';
import { CorrectionsRepository } from './corrections.repository.js';
import { FirstStageReader } from './first-stage-reader.js';
import { LanguageModel } from '../providers/language-models/language-model.js';
import { LoadedFacts } from './loaded-facts.js';
import { LanguageModelModule } from './language-model.module.js';
import { ModelList } from '../providers/language-models/model-list.js';
import { Rescuer } from './rescuer.js';
import { Summarizer } from './summary/summarizer.js';
import { SummarizeProcessor } from './summary/summarize.processor.js';
import { SummaryPartsRepository } from './summary/summary-parts.repository.js';
import { SoundBudget } from './windows/sound-budget.js';
import { WindowAudio } from './windows/window-audio.js';

const SUMMARY_TIMEOUT_MS = 120_000;

@Module({
  imports: [
    AudioModule,
    ChunksModule,
    CoordinationModule,
    ConversationsModule,
    AssemblyAiModule,
    LanguageModelModule,
  ],
  providers: [
    {
      provide: Summarizer,
      inject: [LanguageModel, AppConfig],
      useFactory: (model: LanguageModel, { correction }: AppConfig) =>
        new Summarizer(model, {
          models: new ModelList({ variable: 'SUMMARY_MODEL', models: correction.summaryModels }),
          thinking: correction.thinking,
          timeoutMs: SUMMARY_TIMEOUT_MS,
        }),
    },
    SummaryPartsRepository,
    CorrectionsRepository,
    FirstStageReader,
    Rescuer,
    WindowAudio,
    SoundBudget,
    LoadedFacts,
    CorrectionAttempt,
    ChunkCorrector,
    CorrectProcessor,
    SummarizeProcessor,
  ],
})
export class CorrectionWorkerModule {}
