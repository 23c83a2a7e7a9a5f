import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { chooseModel } from './choose-model.js';
import { Corrector } from './corrector.js';
import { LanguageModel } from './language-model.js';
import { MeteredModel } from './metered-model.js';
import { Metrics } from '../observability/metrics.js';

/** A correction with minutes of audio takes a model that long; a server that is silent for longer is taken for dead. */
const CORRECTION_TIMEOUT_MS = 180_000;

/** The model that corrects, and that hears where there is no first stage. */
@Module({
  providers: [
    {
      provide: LanguageModel,
      inject: [AppConfig, Metrics],
      useFactory: async (config: AppConfig, metrics: Metrics) =>
        new MeteredModel(await chooseModel(config), metrics),
    },
    {
      provide: Corrector,
      inject: [LanguageModel, AppConfig, Metrics],
      useFactory: (model: LanguageModel, { correction }: AppConfig, metrics: Metrics) =>
        new Corrector(model, {
          model: correction.correctionModel,
          timeoutMs: CORRECTION_TIMEOUT_MS,
          onRefusal: (reason) => {
            metrics.refusedAnswers.inc({ reason });
          },
        }),
    },
  ],
  exports: [LanguageModel, Corrector],
})
export class LanguageModelModule {}
