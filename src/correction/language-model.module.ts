import { Logger, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { modelNotices } from '../providers/language-models/model-notices.js';
import { chooseModel } from '../providers/language-models/choose-model.js';
import { configuredModels } from '../providers/language-models/configured-models.js';
import { Corrector } from './corrector.js';
import { LanguageModel } from '../providers/language-models/language-model.js';
import { MeteredModel } from '../providers/language-models/metered-model.js';
import { ModelList } from '../providers/language-models/model-list.js';
import { Metrics } from '../observability/metrics.js';

/**
 * A correction with minutes of audio may take this long; a server that is silent for longer is
 * considered dead.
 */
const CORRECTION_TIMEOUT_MS = 180_000;

async function makeModel(config: AppConfig, metrics: Metrics): Promise<LanguageModel> {
  const logger = new Logger('LanguageModel');
  for (const configured of configuredModels(config)) {
    for (const { detail, advice } of modelNotices(configured, new Date())) {
      logger.warn(`${configured.variable}: ${detail}; ${advice}`);
    }
  }
  return new MeteredModel(await chooseModel(config), metrics);
}

function makeCorrector(model: LanguageModel, { correction }: AppConfig, metrics: Metrics): Corrector {
  return new Corrector(model, {
    models: new ModelList({ variable: 'CORRECTION_MODEL', models: correction.correctionModels }),
    thinking: correction.thinking,
    timeoutMs: CORRECTION_TIMEOUT_MS,
    onRefusal: (reason) => {
      metrics.refusedAnswers.inc({ reason });
    },
  });
}

/** Provides the model that corrects, and that transcribes when there is no first stage. */
@Module({
  providers: [
    { provide: LanguageModel, inject: [AppConfig, Metrics], useFactory: makeModel },
    { provide: Corrector, inject: [LanguageModel, AppConfig, Metrics], useFactory: makeCorrector },
  ],
  exports: [LanguageModel, Corrector],
})
export class LanguageModelModule {}
