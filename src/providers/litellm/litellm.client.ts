import http from 'node:http';
import https from 'node:https';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import type { LiteLlmConfig } from '../../config/app-config.js';
import { Deadline } from '../../deadlines/deadline.js';
import { decodeInSlices } from '../../event-loop/decode-in-slices.js';
import { parseJsonInSteps } from '../../json/parse-json.js';
import { closeUnfinishedRequest } from '../close-unfinished-request.js';
import type { TextReading } from '../assemblyai/read-transcript.js';
import { MAX_TEXT_CHARS } from '../text-length.js';
import { errorOfAnswer, errorOfLongText, errorOfInvalidAnswer, errorOfNoAnswer } from './litellm-error.js';
import { readLiteLlmAnswer } from './read-litellm-answer.js';

/** Ten hours of words with their times have some ten megabytes. */
const MAX_ANSWER_BYTES = 67_108_864;
/**
 * Shorter than load balancers keep an idle connection (60 s): a request on a connection that was
 * just closed is lost.
 */
const IDLE_SOCKET_MS = 15_000;
/** LiteLLM's prefix for a deployment of Azure. */
const AZURE_PREFIX = /^azure\//;
/** Models that report times and language. Others accept only `json`. */
const VERBOSE_MODELS = /whisper/i;

/**
 * Servers detect a recording's format by its file name
 * (https://platform.openai.com/docs/api-reference/audio).
 */
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
/** Extension for other types: servers inspect the content, or refuse it with their own message. */
const OTHER_EXTENSION = 'bin';

export interface LiteLlmRequest {
  audio: { bytes: Buffer; mimeType: string };
  /** ISO 639-1; undefined: the language is detected. */
  language?: string;
  /** Words that may occur. */
  prompt?: string;
  signal?: AbortSignal;
}

/**
 * Client of OpenAI's `POST /audio/transcriptions`
 * (https://platform.openai.com/docs/api-reference/audio/createTranscription), for LiteLLM's proxy,
 * OpenAI, Azure OpenAI, and self-hosted servers such as faster-whisper-server.
 *
 * With an API version it uses Azure's dialect: the model is a deployment in the path, the version a
 * parameter, and the key is in the header `api-key`. Redirects are not followed: they would send
 * the key to another host.
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
   * Sends one request and waits for its transcript, at most for the client's timeout.
   *
   * @throws ProviderUnavailableError when a retry can help; `ambiguous` unless the request was
   *   certainly not carried out
   * @throws ProviderRejectedError when a retry cannot help; `no_speech` for a recording too short
   *   to contain speech
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

  /** Closes the pooled connections. Requests in flight fail. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #exchange(request: LiteLlmRequest, deadline: Deadline): Promise<AxiosResponse<Buffer>> {
    try {
      const response = await this.#http.post<Buffer>(urlOf(this.#config), formOf(request, this.#config), {
        signal: deadline.signal,
      });
      closeUnfinishedRequest(response.request);
      return response;
    } catch (error) {
      // Never kept as a cause: it contains the whole request, including key and recording.
      if (!axios.isAxiosError(error)) throw error;
      if (deadline.expired || error.code === 'ETIMEDOUT') throw errorOfNoAnswer('timeout');
      if (deadline.signal.aborted) throw errorOfNoAnswer('stopped');
      if (error.code === 'ERR_BAD_RESPONSE' && error.response === undefined) throw errorOfInvalidAnswer();
      throw errorOfNoAnswer('broken', error.code);
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
    if (reading === undefined) throw errorOfInvalidAnswer(status);
    if (reading.text.length > MAX_TEXT_CHARS) throw errorOfLongText();
    return reading;
  }
}

function keyHeader({ apiKey, apiVersion }: LiteLlmConfig): Record<string, string> {
  if (apiKey === undefined) return {};
  return apiVersion === undefined ? { Authorization: `Bearer ${apiKey}` } : { 'api-key': apiKey };
}

/** Builds the endpoint's URL. Azure's base URL may or may not contain the deployment already. */
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
