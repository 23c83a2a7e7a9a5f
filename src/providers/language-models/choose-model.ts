import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../config/app-config.js';
import type { LanguageModel } from './language-model.js';
import { NoModel } from './no-model.js';

/** Creates the configured model. Only its SDK is loaded, as each SDK slows down every start. */
export async function chooseModel({
  correction: { languageModel },
  transcription,
}: AppConfig): Promise<LanguageModel> {
  switch (languageModel.kind) {
    case 'vertexai': {
      const { VertexAiModel } = await import('./vertex-ai.model.js');
      return new VertexAiModel(languageModel);
    }
    case 'gemini': {
      const { GeminiApiModel } = await import('./gemini-api.model.js');
      return new GeminiApiModel(languageModel);
    }
    case 'none':
      new Logger('Correction').warn(
        `no model is configured: ${transcription.provider === 'Dembrane-25-09' ? 'texts stay uncorrected and ' : ''}` +
          'conversations get no summary; set GCP_SA_JSON or GEMINI_API_KEY',
      );
      return new NoModel();
  }
}
