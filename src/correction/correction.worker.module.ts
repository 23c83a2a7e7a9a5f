import { Logger, Module } from '@nestjs/common';
import { AudioModule } from '../audio/audio.module.js';
import { AppConfig } from '../config/app-config.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { CoordinationModule } from '../coordination/coordination.module.js';
import { AssemblyAiModule } from '../transcription/assemblyai/assemblyai.module.js';
import { ChunkCorrector } from './chunk-corrector.js';
import { CorrectProcessor } from './correct.processor.js';
import { CorrectionsRepository } from './corrections.repository.js';
import { Corrector } from './corrector.js';
import { FirstStageReader } from './first-stage-reader.js';
import { GeminiApiModel } from './gemini-api.model.js';
import { LanguageModel } from './language-model.js';
import { NoModel } from './no-model.js';
import { Summariser } from './summariser.js';
import { SummarizeProcessor } from './summarize.processor.js';
import { VertexAiModel } from './vertex-ai.model.js';

/** A correction with minutes of audio takes a model that long; a server that is silent for longer is taken for dead. */
const CORRECTION_TIMEOUT_MS = 180_000;
const SUMMARY_TIMEOUT_MS = 120_000;

function chooseModel({ correction: { languageModel }, transcription }: AppConfig): LanguageModel {
  switch (languageModel.kind) {
    case 'vertexai':
      return new VertexAiModel(languageModel);
    case 'gemini':
      return new GeminiApiModel(languageModel);
    case 'none':
      new Logger('Correction').warn(
        `no model is configured: ${transcription.provider === 'AssemblyAI' ? '' : 'texts stay uncorrected and '}` +
          'conversations get no summary; set GCP_SA_JSON or GEMINI_API_KEY',
      );
      return new NoModel();
  }
}

@Module({
  imports: [AudioModule, CoordinationModule, ConversationsModule, AssemblyAiModule],
  providers: [
    { provide: LanguageModel, inject: [AppConfig], useFactory: chooseModel },
    {
      provide: Corrector,
      inject: [LanguageModel, AppConfig],
      useFactory: (model: LanguageModel, { correction }: AppConfig) =>
        new Corrector(model, { model: correction.correctionModel, timeoutMs: CORRECTION_TIMEOUT_MS }),
    },
    {
      provide: Summariser,
      inject: [LanguageModel, AppConfig],
      useFactory: (model: LanguageModel, { correction }: AppConfig) =>
        new Summariser(model, { model: correction.summaryModel, timeoutMs: SUMMARY_TIMEOUT_MS }),
    },
    CorrectionsRepository,
    FirstStageReader,
    ChunkCorrector,
    CorrectProcessor,
    SummarizeProcessor,
  ],
})
export class CorrectionWorkerModule {}
