import type { AppConfig } from '../../config/app-config.js';
import type { ConfiguredModels } from './model-notices.js';

/** Providers whose first-stage text is final: no model corrects or listens. */
const WITHOUT_CORRECTION: readonly string[] = ['AssemblyAI', 'LiteLLM'];

/**
 * Returns the language models in use, by the variable that names them; empty without credentials.
 */
export function configuredModels({ correction, transcription }: AppConfig): ConfiguredModels[] {
  const { languageModel, correctionModels, summaryModels } = correction;
  if (languageModel.kind === 'none') return [];
  const access = {
    provider: languageModel.kind,
    locations: languageModel.kind === 'vertexai' ? languageModel.locations : [],
  };
  const corrects = !WITHOUT_CORRECTION.includes(transcription.provider) || transcription.rescueFailed;
  return [
    ...(corrects ? [{ ...access, variable: 'CORRECTION_MODEL', models: correctionModels }] : []),
    { ...access, variable: 'SUMMARY_MODEL', models: summaryModels },
  ];
}
