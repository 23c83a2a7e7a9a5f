import { Logger } from '@nestjs/common';
import type { AppConfig } from '../config/app-config.js';
import { GeminiApiModel } from './gemini-api.model.js';
import type { LanguageModel } from './language-model.js';
import { NoModel } from './no-model.js';
import { VertexAiModel } from './vertex-ai.model.js';

/** The model that the configuration asks for. */
export function chooseModel({ correction: { languageModel }, transcription }: AppConfig): LanguageModel {
  switch (languageModel.kind) {
    case 'vertexai':
      return new VertexAiModel(languageModel);
    case 'gemini':
      return new GeminiApiModel(languageModel);
    case 'none':
      new Logger('Correction').warn(
        `no model is configured: ${transcription.provider === 'Dembrane-25-09' ? 'texts stay uncorrected and ' : ''}` +
          'conversations get no summary; set GCP_SA_JSON or GEMINI_API_KEY',
      );
      return new NoModel();
  }
}
