import type { AudioStorage } from '../../audio/audio-storage.js';
import type { AppConfig } from '../../config/app-config.js';
import { Corrector } from '../../correction/corrector.js';
import type { LanguageModel } from '../../providers/language-models/language-model.js';
import { ModelList } from '../../providers/language-models/model-list.js';
import type { Metrics } from '../../observability/metrics.js';
import type { OutboundAgents } from '../../outbound/outbound-agents.js';
import { LiteLlmClient } from '../../providers/litellm/litellm.client.js';
import { LiteLlmProvider } from './litellm.provider.js';
import { GeminiProvider } from './gemini.provider.js';
import type { TranscriptionProvider } from './transcription-provider.js';

/**
 * Node's own fetch, which model requests use, gives up after five minutes without response headers.
 */
const MAX_MODEL_TIMEOUT_MS = 300_000;

/**
 * @param parts.model the model of the provider Gemini
 * @returns the provider that answers a request with the transcript; null for AssemblyAI, which is
 *   checked later
 */
export function chooseProvider(
  { transcription, correction }: AppConfig,
  parts: { storage: AudioStorage; agents: OutboundAgents; model: LanguageModel; metrics: Metrics },
): TranscriptionProvider | null {
  const { storage, agents, model, metrics } = parts;
  const { litellm, provider, transcribeTimeoutMs } = transcription;
  if (litellm !== undefined)
    return new LiteLlmProvider(new LiteLlmClient(litellm, transcribeTimeoutMs), storage, agents);
  if (provider !== 'Gemini') return null;
  const corrector = new Corrector(model, {
    models: new ModelList({ variable: 'CORRECTION_MODEL', models: correction.correctionModels }),
    thinking: correction.thinking,
    timeoutMs: Math.min(transcribeTimeoutMs, MAX_MODEL_TIMEOUT_MS),
    onRefusal: (reason) => {
      metrics.refusedAnswers.inc({ reason });
    },
  });
  return new GeminiProvider(corrector, storage, agents);
}
