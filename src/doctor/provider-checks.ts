import type { AppConfig, LiteLlmConfig } from '../config/app-config.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { DEFAULT_SPEECH_MODELS, outdatedSpeechModels } from '../providers/assemblyai/speech-models.js';
import { LiteLlmClient } from '../providers/litellm/litellm.client.js';
import { CHECK_TIMEOUT_MS, failed, ok, warning, type Check, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';
import { modelChecks } from './model-checks.js';
import { secondOfSilence } from './second-of-silence.js';

export function providerChecks(config: AppConfig): Check[] {
  return [...firstStageChecks(config), ...modelChecks(config)];
}

function firstStageChecks(config: AppConfig): Check[] {
  const { provider, litellm } = config.transcription;
  if (litellm !== undefined) return [{ name: litellm.model, run: () => checkLiteLlm(litellm) }];
  return provider === 'Gemini' ? [] : [{ name: 'AssemblyAI', run: () => checkAssemblyAi(config) }];
}

/** Transcribes a second of silence: no cheaper request works on all such servers. */
async function checkLiteLlm(litellm: LiteLlmConfig): Promise<Finding> {
  const client = new LiteLlmClient(litellm, CHECK_TIMEOUT_MS);
  try {
    await client.transcribe({ audio: { bytes: secondOfSilence(), mimeType: 'audio/wav' } });
    return ok(`transcribes at ${new URL(litellm.baseUrl).host}`);
  } catch (error) {
    return failed(
      errorMessage(error),
      'check LITELLM_TRANSCRIPTION_API_BASE, _MODEL, _API_KEY and _API_VERSION, and that the server runs',
    );
  } finally {
    client.close();
  }
}

/**
 * Requests the newest transcript, which is free of charge and requires a valid key of the right
 * region.
 */
async function checkAssemblyAi({ transcription }: AppConfig): Promise<Finding> {
  const { assemblyai, speechModels = DEFAULT_SPEECH_MODELS } = transcription;
  const client = new AssemblyAiClient({ ...assemblyai, timeouts: { readMs: CHECK_TIMEOUT_MS } });
  try {
    await client.list({ limit: 1 });
    const accepted = `the key is accepted by ${new URL(assemblyai.baseUrl).host}`;
    const outdated = outdatedSpeechModels(speechModels);
    if (outdated.length === 0) return ok(accepted);
    return warning(
      `${accepted}; ASSEMBLYAI_SPEECH_MODELS names ${outdated.join(', and ')}`,
      'put the successor into the list instead',
    );
  } catch (error) {
    return failed(errorMessage(error), 'check ASSEMBLYAI_API_KEY and ASSEMBLYAI_BASE_URL');
  } finally {
    client.close();
  }
}
