import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppConfig, LiteLlmConfig } from '../config/app-config.js';
import { Deadline } from '../deadlines/deadline.js';
import { ProviderNotFoundError, ProviderUnavailableError } from '../providers/provider-error.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { readTranscript, type Reading } from '../providers/assemblyai/read-transcript.js';
import { buildSubmitRequest } from '../providers/assemblyai/submit-request.js';
import { LiteLlmClient } from '../providers/litellm/litellm.client.js';
import { failed, ok, reasonOf, warning, type Finding } from './check.js';
import { print, say } from './print.js';
import type { Sample } from './sample.js';

/** Recordings of some seconds take AssemblyAI 5 to 30 seconds. */
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

/** @returns the text; undefined when it failed, null where the configured provider has no first stage */
export async function runFirstStage(options: FirstStageOptions): Promise<string | undefined | null> {
  const { litellm, provider } = options.config.transcription;
  if (provider === 'Gemini') {
    print(STAGE, ok('not used: TRANSCRIPTION_PROVIDER is Gemini, which hears by itself'));
    return null;
  }
  const startMs = performance.now();
  try {
    const heard = await (litellm === undefined
      ? transcribeAtAssemblyAi(options)
      : transcribeAtLiteLlm(litellm, options));
    const tookMs = Math.round(performance.now() - startMs);
    if (heard.text === '') throw new Error('it heard nothing in the sample');
    print(STAGE, ok(`${heard.model}, ${tookMs} ms: ${heard.text}`));
    return heard.text;
  } catch (error) {
    print(STAGE, failed(reasonOf(error), litellm === undefined ? ADVICE_ASSEMBLYAI : ADVICE_LITELLM));
    return undefined;
  }
}

interface Heard {
  model: string;
  text: string;
}

async function transcribeAtLiteLlm(
  litellm: LiteLlmConfig,
  { sample, signal, timeLimitMs = TIME_LIMIT_MS }: FirstStageOptions,
): Promise<Heard> {
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

async function transcribeAtAssemblyAi(options: FirstStageOptions): Promise<Heard> {
  const { config, signal, timeLimitMs = TIME_LIMIT_MS } = options;
  const seconds = Math.round(timeLimitMs / MS_PER_SECOND);
  say(`Waiting for AssemblyAI to transcribe it, for ${seconds} seconds at most ...`);
  const client = new AssemblyAiClient(config.transcription.assemblyai);
  const deadline = new Deadline({ timeoutMs: timeLimitMs, signal });
  try {
    return await transcribe(client, options, deadline);
  } catch (error) {
    if (!deadline.expired) throw error;
    throw new Error(`AssemblyAI brought no transcript within ${seconds} seconds; try again later`, {
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
): Promise<Heard> {
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
  // Not stopped by the deadline: a submit whose answer is not waited for leaves a transcript that nobody knows.
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

/** The sample is nobody's secret; but a check that leaves something behind would have to be cleaned up after. */
async function deleteCopy(client: AssemblyAiClient, id: string): Promise<Finding> {
  try {
    await client.delete(id);
  } catch (error) {
    if (!(error instanceof ProviderNotFoundError)) {
      return warning(
        `the transcript ${id} could not be deleted at AssemblyAI: ${reasonOf(error)}`,
        'delete it there',
      );
    }
  }
  return ok('the transcript is deleted at AssemblyAI; the upload expires there within two days');
}
