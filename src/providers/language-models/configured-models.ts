import type { AppConfig } from '../../config/app-config.js';
import type { ConfiguredModels } from './model-notices.js';

/** Providers whose first-stage text is final: no model corrects or hears. */
const WITHOUT_CORRECTION: readonly string[] = ['AssemblyAI', 'LiteLLM'];

/** Language models that this configuration asks, by the variable that names them; empty without credentials. */
export function configuredModels({ correction, transcription }: AppConfig): ConfiguredModels[] {
  const { languageModel, correctionModels, summaryModels } = correction;
  if (languageModel.kind === 'none') return [];
  const where = {
    provider: languageModel.kind,
    locations: languageModel.kind === 'vertexai' ? languageModel.locations : [],
  };
  const corrects = !WITHOUT_CORRECTION.includes(transcription.provider) || transcription.rescueFailed;
  return [
    ...(corrects ? [{ ...where, variable: 'CORRECTION_MODEL', models: correctionModels }] : []),
    { ...where, variable: 'SUMMARY_MODEL', models: summaryModels },
  ];
}
