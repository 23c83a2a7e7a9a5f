import type { AppConfig } from '../config/app-config.js';

/** The models that one variable names, in order of preference. */
export interface ModelList {
  variable: 'CORRECTION_MODEL' | 'SUMMARY_MODEL';
  models: readonly string[];
}

/** Lists of models that the configured provider asks; without a correction, those of the summary alone. */
export function configuredModels({ correction, transcription }: AppConfig): ModelList[] {
  const summary: ModelList = { variable: 'SUMMARY_MODEL', models: [correction.summaryModel] };
  if (transcription.provider === 'AssemblyAI' || transcription.provider === 'LiteLLM') return [summary];
  return [{ variable: 'CORRECTION_MODEL', models: [correction.correctionModel] }, summary];
}
