import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppConfig, LiteLlmConfig } from '../config/app-config.js';
import { Deadline } from '../deadlines/deadline.js';
import { ProviderNotFoundError, ProviderUnavailableError } from '../providers/provider-error.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { readTranscript, type Reading } from '../providers/assemblyai/read-transcript.js';
import { buildSubmitRequest } from '../providers/assemblyai/submit-request.js';
import { LiteLlmClient } from '../providers/litellm/litellm.client.js';
import { failed, ok, warning, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';
import { print, say } from './print.js';
import type { Sample } from './sample.js';

/** AssemblyAI transcribes a recording of a few seconds in 5 to 30 seconds. */
const TIME_LIMIT_MS = 120_000;
const MS_PER_SECOND = 1_000;

const STAGE = 'first stage';
const ADVICE_ASSEMBLYAI =
  'check ASSEMBLYAI_API_KEY, ASSEMBLYAI_BASE_URL, ASSEMBLYAI_SPEECH_MODELS, and the account at AssemblyAI';
const ADVICE_LITELLM = 'check LITELLM_TRANSCRIPTION_API_BASE, _MODEL, _API_KEY and _API_VERSION';

export interface FirstStageOptions {
  config: AppConfig;
  sample: Sample;
  signal: AbortSignal;
  timeLimitMs?: number;
}

/**
 * @returns the text; undefined when the first stage failed, null when the configured provider has
 * none
 */
export async function runFirstStage(options: FirstStageOptions): Promise<string | undefined | null> {
  const { litellm, provider } = options.config.transcription;
  if (provider === 'Gemini') {
    print(STAGE, ok('not used: TRANSCRIPTION_PROVIDER is Gemini, which transcribes the audio itself'));
    return null;
  }
  const startMs = performance.now();
  try {
    const transcription = await (litellm === undefined
      ? transcribeAtAssemblyAi(options)
      : transcribeAtLiteLlm(litellm, options));
    const tookMs = Math.round(performance.now() - startMs);
    if (transcription.text === '') throw new Error('it found no speech in the sample');
    print(STAGE, ok(`${transcription.model}, ${tookMs} ms: ${transcription.text}`));
    return transcription.text;
  } catch (error) {
    print(STAGE, failed(errorMessage(error), litellm === undefined ? ADVICE_ASSEMBLYAI : ADVICE_LITELLM));
    return undefined;
  }
}

interface Transcription {
  model: string;
  text: string;
}

async function transcribeAtLiteLlm(
  litellm: LiteLlmConfig,
  { sample, signal, timeLimitMs = TIME_LIMIT_MS }: FirstStageOptions,
): Promise<Transcription> {
  say(`Waiting for ${litellm.model} at ${new URL(litellm.baseUrl).host} to transcribe it ...`);
  const client = new LiteLlmClient(litellm, timeLimitMs);
  try {
    const { audio, language } = sample;
    const { text } = await client.transcribe({ audio, language, signal });
    return { model: litellm.model, text };
  } finally {
    client.close();
  }
}

async function transcribeAtAssemblyAi(options: FirstStageOptions): Promise<Transcription> {
  const { config, signal, timeLimitMs = TIME_LIMIT_MS } = options;
  const seconds = Math.round(timeLimitMs / MS_PER_SECOND);
  say(`Waiting for AssemblyAI to transcribe it, for ${seconds} seconds at most ...`);
  const client = new AssemblyAiClient(config.transcription.assemblyai);
  const deadline = new Deadline({ timeoutMs: timeLimitMs, signal });
  try {
    return await transcribe(client, options, deadline);
  } catch (error) {
    if (!deadline.expired) throw error;
    throw new Error(`AssemblyAI returned no transcript within ${seconds} seconds; try again later`, {
      cause: error,
    });
  } finally {
    deadline.dispose();
    client.close();
  }
}

async function transcribe(
  client: AssemblyAiClient,
  { config, sample }: FirstStageOptions,
  deadline: Deadline,
): Promise<Transcription> {
  const { bytes } = sample.audio;
  const { speechModels, expectedLanguages, pollIntervalMs } = config.transcription;
  const { uploadUrl } = await client.upload(Readable.from([bytes]), bytes.length, deadline.signal);
  const request = buildSubmitRequest({
    audioUrl: uploadUrl,
    language: sample.language,
    hotwords: sample.hotwords,
    speechModels,
    expectedLanguages,
  });
  // Not bound by the deadline: aborting a submit before its answer would leave a transcript with an
  // unknown id.
  const { id } = await client.submit(request);
  try {
    const reading = await poll(client, { id, pollIntervalMs, deadline });
    if (reading.kind === 'failed') throw new Error(reading.message);
    const { speech_model_used: used } = reading.raw;
    return { model: typeof used === 'string' ? used : 'AssemblyAI', text: reading.text };
  } finally {
    print('provider copy', await deleteCopy(client, id));
  }
}

async function poll(
  client: AssemblyAiClient,
  { id, pollIntervalMs, deadline }: { id: string; pollIntervalMs: number; deadline: Deadline },
): Promise<Exclude<Reading, { kind: 'running' }>> {
  const { signal } = deadline;
  for (;;) {
    await sleep(pollIntervalMs, undefined, { signal });
    try {
      const reading = readTranscript(await client.get(id, signal));
      if (reading.kind !== 'running') return reading;
    } catch (error) {
      if (!(error instanceof ProviderUnavailableError) || signal.aborted) throw error;
      say(`${error.message} Asking again ...`);
    }
  }
}

/**
 * Deletes the transcript at AssemblyAI. The sample is not confidential, but a check must leave
 * nothing to clean up.
 */
async function deleteCopy(client: AssemblyAiClient, id: string): Promise<Finding> {
  try {
    await client.delete(id);
  } catch (error) {
    if (!(error instanceof ProviderNotFoundError)) {
      return warning(
        `the transcript ${id} could not be deleted at AssemblyAI: ${errorMessage(error)}`,
        'delete it there',
      );
    }
  }
  return ok('the transcript is deleted at AssemblyAI; the upload expires there within two days');
}
