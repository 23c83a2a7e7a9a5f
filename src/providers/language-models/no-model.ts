import { ProviderRejectedError } from '../provider-error.js';
import { LanguageModel } from './language-model.js';

/**
 * Used when no model is configured: every text stays as the first stage produced it, and says why.
 */
export class NoModel extends LanguageModel {
  readonly provider = 'gemini';
  readonly maxInlineAudioBytes = 0;

  generate(): Promise<never> {
    return Promise.reject(
      new ProviderRejectedError('No correction model is configured; set GCP_SA_JSON or GEMINI_API_KEY.', {
        provider: this.provider,
        code: 'not_configured',
      }),
    );
  }
}
