import http from 'node:http';
import https from 'node:https';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import type { LiteLlmConfig } from '../../config/app-config.js';
import { Deadline } from '../../deadlines/deadline.js';
import { decodeInSlices } from '../../event-loop/decode-in-slices.js';
import { parseJsonInSteps } from '../../json/parse-json.js';
import { leaveConnection } from '../leave-connection.js';
import type { TextReading } from '../assemblyai/read-transcript.js';
import { MAX_TEXT_CHARS } from '../text-length.js';
import { errorOfAnswer, errorOfLongText, errorOfNonsense, errorOfSilence } from './litellm-error.js';
import { readLiteLlmAnswer } from './read-litellm-answer.js';

/** Ten hours of words with their times are some ten megabytes. */
const MAX_ANSWER_BYTES = 67_108_864;
/** Shorter than load balancers keep a silent connection (60 s): a request on one that they just closed is lost. */
const IDLE_SOCKET_MS = 15_000;
/** LiteLLM's way to say that a model is a deployment of Azure's. */
const AZURE_PREFIX = /^azure\//;
/** Models that tell times and language. Others take `json` alone, and refuse anything else. */
const VERBOSE_MODELS = /whisper/i;

/** Servers tell a recording's format by the name of its file (https://platform.openai.com/docs/api-reference/audio). */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/webm': 'webm',
  'video/webm': 'webm',
  'video/mp4': 'mp4',
};
/** For what they do not know they look at the content, or refuse it in words of their own. */
const OTHER_EXTENSION = 'bin';

export interface LiteLlmRequest {
  audio: { bytes: Buffer; mimeType: string };
  /** ISO 639-1; undefined: it is detected. */
  language?: string;
  /** Words that may occur. */
  prompt?: string;
  signal?: AbortSignal;
}

/**
 * `POST /audio/transcriptions` as OpenAI has made it (https://platform.openai.com/docs/api-reference/audio/createTranscription),
 * of LiteLLM's proxy, OpenAI, Azure OpenAI, and servers of one's own such as faster-whisper-server.
 *
 * With an API version it is Azure's dialect: the model is a deployment in the path, the version a parameter, and the key comes
 * in the header `api-key`. Redirects are not followed: they would carry the key elsewhere.
 */
export class LiteLlmClient {
  readonly #http: AxiosInstance;
  readonly #agents: (http.Agent | https.Agent)[];
  readonly #config: LiteLlmConfig;
  readonly #timeoutMs: number;

  constructor(config: LiteLlmConfig, timeoutMs: number) {
    const httpAgent = new http.Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS });
    const httpsAgent = new https.Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS });
    this.#agents = [httpAgent, httpsAgent];
    this.#config = config;
    this.#timeoutMs = timeoutMs;
    this.#http = axios.create({
      headers: { Accept: 'application/json', ...keyHeader(config) },
      httpAgent,
      httpsAgent,
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      maxBodyLength: Infinity,
      validateStatus: () => true,
      responseType: 'arraybuffer',
    });
  }

  get maxAudioBytes(): number {
    return this.#config.maxAudioBytes;
  }

  /**
   * Sends one request and waits for its transcript, for no longer than the timeout that it was made with.
   *
   * @throws ProviderUnavailableError when trying again can help; `ambiguous` unless it was certainly not carried out
   * @throws ProviderRejectedError when it cannot; `no_speech` for a recording that is too short to hold any
   */
  async transcribe(request: LiteLlmRequest): Promise<TextReading> {
    const deadline = new Deadline({ timeoutMs: this.#timeoutMs, signal: request.signal });
    try {
      const response = await this.#exchange(request, deadline);
      return await this.#read(response, await decodeInSlices(response.data));
    } finally {
      deadline.dispose();
    }
  }

  /** Closes the connections that are kept open. Requests under way fail. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #exchange(request: LiteLlmRequest, deadline: Deadline): Promise<AxiosResponse<Buffer>> {
    try {
      const response = await this.#http.post<Buffer>(urlOf(this.#config), formOf(request, this.#config), {
        signal: deadline.signal,
      });
      leaveConnection(response.request);
      return response;
    } catch (error) {
      // Never kept as a cause: it holds the whole request, key and recording included.
      if (!axios.isAxiosError(error)) throw error;
      if (deadline.expired || error.code === 'ETIMEDOUT') throw errorOfSilence('timeout');
      if (deadline.signal.aborted) throw errorOfSilence('stopped');
      if (error.code === 'ERR_BAD_RESPONSE' && error.response === undefined) throw errorOfNonsense();
      throw errorOfSilence('broken', error.code);
    }
  }

  async #read({ status, headers }: AxiosResponse<Buffer>, body: string): Promise<TextReading> {
    if (status < 200 || status >= 300) {
      throw errorOfAnswer({
        status,
        headers: Object.fromEntries(Object.entries(headers)),
        body,
        secrets: [this.#config.apiKey ?? ''],
        nowMs: Date.now(),
      });
    }
    const reading = readLiteLlmAnswer(await parseJsonInSteps(body), this.#config.model);
    if (reading === undefined) throw errorOfNonsense(status);
    if (reading.text.length > MAX_TEXT_CHARS) throw errorOfLongText();
    return reading;
  }
}

function keyHeader({ apiKey, apiVersion }: LiteLlmConfig): Record<string, string> {
  if (apiKey === undefined) return {};
  return apiVersion === undefined ? { Authorization: `Bearer ${apiKey}` } : { 'api-key': apiKey };
}

/** Azure's base may name the deployment already, or be the resource alone. */
export function urlOf({ baseUrl, model, apiVersion }: LiteLlmConfig): string {
  if (apiVersion === undefined) return `${baseUrl}/audio/transcriptions`;
  const deployment = baseUrl.includes('/deployments/')
    ? baseUrl
    : `${baseUrl.replace(/\/openai$/, '')}/openai/deployments/${encodeURIComponent(model.replace(AZURE_PREFIX, ''))}`;
  return `${deployment}/audio/transcriptions?api-version=${encodeURIComponent(apiVersion)}`;
}

function formOf({ audio, language, prompt }: LiteLlmRequest, { model }: LiteLlmConfig): FormData {
  const [mimeType = ''] = audio.mimeType.split(';');
  const form = new FormData();
  form.append('model', model.replace(AZURE_PREFIX, ''));
  if (language !== undefined) form.append('language', language);
  if (prompt !== undefined) form.append('prompt', prompt);
  if (VERBOSE_MODELS.test(model)) {
    form.append('response_format', 'verbose_json');
    form.append('timestamp_granularities[]', 'word');
  } else {
    form.append('response_format', 'json');
  }
  const file = new Blob([new Uint8Array(audio.bytes)], { type: mimeType });
  form.append('file', file, `recording.${EXTENSIONS[mimeType] ?? OTHER_EXTENSION}`);
  return form;
}
