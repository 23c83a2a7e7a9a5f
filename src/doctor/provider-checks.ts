import type { AppConfig, LiteLlmConfig } from '../config/app-config.js';
import { chooseModel } from '../correction/choose-model.js';
import { buildSummaryPrompt, SUMMARY_SCHEMA } from '../correction/summary-prompt.js';
import { AssemblyAiClient } from '../transcription/assemblyai/assemblyai.client.js';
import { DEFAULT_SPEECH_MODELS, outdatedSpeechModels } from '../transcription/assemblyai/speech-models.js';
import { LiteLlmClient } from '../transcription/litellm/litellm.client.js';
import { secondOfSilence } from './second-of-silence.js';
import { CHECK_TIMEOUT_MS, failed, ok, reasonOf, warning, type Check, type Finding } from './check.js';

/** Enough for the thoughts of a model before its few words. */
const MAX_OUTPUT_TOKENS = 1_024;

export function providerChecks(config: AppConfig): Check[] {
  const { correctionModel, summaryModel } = config.correction;
  const isOneStage = ['AssemblyAI', 'LiteLLM'].includes(config.transcription.provider);
  const models = isOneStage ? [summaryModel] : [correctionModel, summaryModel];
  return [
    ...firstStageChecks(config),
    ...[...new Set(models)].map((model) => ({ name: model, run: () => checkModel(config, model) })),
  ];
}

function firstStageChecks(config: AppConfig): Check[] {
  const { provider, litellm } = config.transcription;
  if (litellm !== undefined) return [{ name: litellm.model, run: () => checkLiteLlm(litellm) }];
  return provider === 'Gemini' ? [] : [{ name: 'AssemblyAI', run: () => checkAssemblyAi(config) }];
}

/** Has a second of silence transcribed: there is no cheaper request that every such server answers. */
async function checkLiteLlm(litellm: LiteLlmConfig): Promise<Finding> {
  const client = new LiteLlmClient(litellm, CHECK_TIMEOUT_MS);
  try {
    await client.transcribe({ audio: { bytes: secondOfSilence(), mimeType: 'audio/wav' } });
    return ok(`transcribes at ${new URL(litellm.baseUrl).host}`);
  } catch (error) {
    return failed(
      reasonOf(error),
      'check LITELLM_TRANSCRIPTION_API_BASE, _MODEL, _API_KEY and _API_VERSION, and that the server runs',
    );
  } finally {
    client.close();
  }
}

/** Asks for the newest transcript: free, and refused without a valid key of the right region. */
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
    return failed(reasonOf(error), 'check ASSEMBLYAI_API_KEY and ASSEMBLYAI_BASE_URL');
  } finally {
    client.close();
  }
}

/** Asks for a summary of three words; costs some tokens. */
async function checkModel(config: AppConfig, model: string): Promise<Finding> {
  if (config.correction.languageModel.kind === 'none') {
    return warning('no model is configured: texts stay uncorrected', 'set GCP_SA_JSON or GEMINI_API_KEY');
  }
  try {
    const languageModel = await chooseModel(config);
    const answer = await languageModel.generate({
      model,
      ...buildSummaryPrompt({ transcript: 'This is a test.', language: 'en' }),
      responseSchema: SUMMARY_SCHEMA,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      timeoutMs: CHECK_TIMEOUT_MS,
    });
    return ok(`answers (${answer.modelVersion ?? model})`);
  } catch (error) {
    return failed(reasonOf(error), 'check the model name, the credentials, and the quota of their project');
  }
}
