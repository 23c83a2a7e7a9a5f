import http from 'node:http';
import https from 'node:https';
import { pipeline, Transform, type Readable } from 'node:stream';
import type { TranscriptParams, TranscriptStatus } from 'assemblyai';
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { Deadline } from '../../deadlines/deadline.js';
import { decodeInSlices } from '../../event-loop/decode-in-slices.js';
import { parseJsonInSteps } from '../../json/parse-json.js';
import { closeUnfinishedRequest } from '../close-unfinished-request.js';
import { ProviderNotFoundError } from '../provider-error.js';
import {
  errorOfAnswer,
  errorOfLongTranscript,
  errorOfInvalidAnswer,
  errorOfNoAnswer,
  type Operation,
} from './assemblyai-error.js';
import {
  asTranscript,
  asTranscriptPage,
  asUploadUrl,
  isTranscriptId,
  type ProviderTranscript,
  type TranscriptPage,
} from './provider-transcript.js';

/**
 * A submit is answered within a second or two. A lease on a submission must last longer than this.
 */
export const SUBMIT_TIMEOUT_MS = 15_000;
/** Inactivity that ends a short call: a hanging server must not occupy a concurrency slot. */
const ANSWER_TIMEOUT_MS = 10_000;
/** A read may take longer while bytes arrive: ten hours of audio yield tens of megabytes. */
const READ_TIMEOUT_MS = 60_000;
/** An upload may take any time, but must not stall, neither while it is sent nor afterwards. */
const UPLOAD_IDLE_TIMEOUT_MS = 60_000;

/**
 * Ten hours of speech have about 90,000 words, each of which appears twice with its times: some 20
 * MB, and ten more in scripts with three bytes per character. Parsing more would block all other
 * jobs.
 */
const MAX_TRANSCRIPT_BYTES = 33_554_432;
/**
 * The longest page has 200 entries with signed URLs of 2 KB each and stays far below this limit.
 */
const MAX_SHORT_ANSWER_BYTES = 4_194_304;

/** More than the jobs of a worker process, but few enough to limit the effect of a fault. */
const MAX_SOCKETS = 64;
/**
 * Shorter than load balancers keep an idle connection (60 s): a request on a connection that was
 * just closed is lost.
 */
const IDLE_SOCKET_MS = 15_000;

export interface AssemblyAiTimeouts {
  submitMs: number;
  answerMs: number;
  readMs: number;
  uploadIdleMs: number;
}

export interface AssemblyAiClientOptions {
  /** Such as `https://api.eu.assemblyai.com`; data stays in the region of that host. */
  baseUrl: string;
  apiKey: string;
  timeouts?: Partial<AssemblyAiTimeouts>;
}

interface Call {
  operation: Operation;
  request: AxiosRequestConfig;
  /** Deadline of the whole call, or of inactivity when the call restarts it. */
  deadline: Deadline;
  /** Inactivity that ends the call; 0 when only the deadline applies. */
  silenceMs: number;
  maxAnswerBytes: number;
  /** Secrets of the request, besides the key, that must not appear in a message. */
  secrets?: string[];
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
}

/**
 * Client of AssemblyAI's API for recorded audio (openapi.yml of AssemblyAI/assemblyai-api-spec).
 *
 * Every failure is thrown as one of three errors:
 *
 * - ProviderUnavailableError: try again, after its `retryAfterMs` if present. When it is
 *   `ambiguous` (submit only), the transcript may exist although its id did not reach us: search
 *   for it before submitting again.
 * - ProviderNotFoundError (`get`, `delete`): no such transcript for this key and region.
 * - ProviderRejectedError: the same request will fail again; the message says why. When it is a
 *   SettingRefusedError (submit only), another request for the same recording may be accepted.
 *
 * A caller that aborts gets the first, with code `stopped`. Redirects are not followed: they would
 * send the key to another host.
 */
export class AssemblyAiClient {
  readonly #http: AxiosInstance;
  readonly #agents: (http.Agent | https.Agent)[];
  readonly #apiKey: string;
  readonly #timeouts: AssemblyAiTimeouts;
  #requests = 0;

  constructor(options: AssemblyAiClientOptions) {
    const agentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_SOCKET_MS };
    const httpAgent = new http.Agent(agentOptions);
    const httpsAgent = new https.Agent(agentOptions);
    this.#agents = [httpAgent, httpsAgent];
    this.#apiKey = options.apiKey;
    this.#timeouts = {
      submitMs: SUBMIT_TIMEOUT_MS,
      answerMs: ANSWER_TIMEOUT_MS,
      readMs: READ_TIMEOUT_MS,
      uploadIdleMs: UPLOAD_IDLE_TIMEOUT_MS,
      ...options.timeouts,
    };
    this.#http = axios.create({
      baseURL: options.baseUrl.replace(/\/+$/, ''),
      // The raw key: all of AssemblyAI's documentation shows it this way, never with `Bearer`.
      headers: { Authorization: options.apiKey, Accept: 'application/json' },
      httpAgent,
      httpsAgent,
      maxRedirects: 0,
      validateStatus: () => true,
      responseType: 'arraybuffer',
      transitional: { clarifyTimeoutError: true },
    });
  }

  /** Number of requests made, answered or not. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Orders a transcript, and pays for it. Submitting twice creates two transcripts: there is no
   * idempotency key.
   *
   * @returns the new transcript, queued or further
   */
  async submit(request: TranscriptParams, signal?: AbortSignal): Promise<ProviderTranscript> {
    const answer = await this.#shortCall({
      operation: 'submit',
      request: { method: 'POST', url: '/v2/transcript', data: request },
      timeoutMs: this.#timeouts.submitMs,
      secrets: [request.webhook_auth_header_value ?? ''],
      signal,
    });
    return parsed('submit', answer, asTranscript);
  }

  /**
   * Reads a transcript once, whatever its state: a failed transcript is an answer, not an error.
   */
  async get(transcriptId: string, signal?: AbortSignal): Promise<ProviderTranscript> {
    const answer = await this.#shortCall({
      operation: 'get',
      request: { method: 'GET', url: pathOf(transcriptId) },
      timeoutMs: this.#timeouts.readMs,
      signal,
    });
    return parsed('get', answer, asTranscript);
  }

  /**
   * Reads one page of this project's transcripts of the last 90 days, newest first.
   *
   * @param options.limit 1 to 200
   * @param options.beforeId returns only transcripts older than this one: `nextBeforeId` of the
   *   previous page
   */
  async list(options: {
    limit: number;
    status?: TranscriptStatus;
    beforeId?: string;
    signal?: AbortSignal;
  }): Promise<TranscriptPage> {
    const { limit, status, beforeId, signal } = options;
    const answer = await this.#shortCall({
      operation: 'list',
      request: { method: 'GET', url: '/v2/transcript', params: { limit, status, before_id: beforeId } },
      timeoutMs: this.#timeouts.readMs,
      signal,
    });
    return parsed('list', answer, asTranscriptPage);
  }

  /**
   * Empties a transcript: text, audio link and key terms, which AssemblyAI keeps forever otherwise.
   * Its status stays `completed`. Repeating the call is harmless, but may answer
   * ProviderNotFoundError.
   *
   * @returns the transcript as AssemblyAI shows it from now on; undefined when its answer does not
   *   contain it
   */
  async delete(transcriptId: string, signal?: AbortSignal): Promise<ProviderTranscript | undefined> {
    const answer = await this.#shortCall({
      operation: 'delete',
      request: { method: 'DELETE', url: pathOf(transcriptId) },
      timeoutMs: this.#timeouts.answerMs,
      signal,
    });
    return asTranscript(answer.body);
  }

  /**
   * Uploads a recording without holding it in memory. Only AssemblyAI can read the resulting URL,
   * only transcripts of the same project may use it, and the file is deleted after a day or two:
   * repeating an upload costs nothing but time.
   *
   * The stream has been read to its end or destroyed when the promise settles.
   *
   * @param bytes the exact length where it is known; at most 2.2 GB, AssemblyAI's limit
   * @throws the stream's own error, unchanged
   */
  async upload(stream: Readable, bytes?: number, signal?: AbortSignal): Promise<{ uploadUrl: string }> {
    const deadline = new Deadline({ timeoutMs: this.#timeouts.uploadIdleMs, signal });
    let streamError: NodeJS.ErrnoException | null | undefined;
    const body = pipeline(stream, passThrough(deadline, bytes), (error) => {
      streamError ??= error;
    });
    try {
      const length = bytes === undefined ? {} : { 'Content-Length': String(bytes) };
      const answer = await this.#call({
        operation: 'upload',
        request: {
          method: 'POST',
          url: '/v2/upload',
          data: body,
          headers: { 'Content-Type': 'application/octet-stream', ...length },
        },
        deadline,
        silenceMs: 0,
        maxAnswerBytes: MAX_SHORT_ANSWER_BYTES,
      });
      return { uploadUrl: parsed('upload', answer, asUploadUrl) };
    } catch (error) {
      throw streamError ?? error;
    } finally {
      deadline.dispose();
      body.destroy();
      stream.destroy();
    }
  }

  /** Closes the pooled connections. Calls in flight fail. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #shortCall(
    call: Pick<Call, 'operation' | 'request' | 'secrets'> & { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Answer> {
    const { timeoutMs, signal, operation, ...rest } = call;
    const deadline = new Deadline({ timeoutMs, signal });
    try {
      return await this.#call({
        ...rest,
        operation,
        deadline,
        silenceMs: Math.min(timeoutMs, operation === 'submit' ? timeoutMs : this.#timeouts.answerMs),
        maxAnswerBytes: operation === 'get' ? MAX_TRANSCRIPT_BYTES : MAX_SHORT_ANSWER_BYTES,
      });
    } finally {
      deadline.dispose();
    }
  }

  async #call(call: Call): Promise<Answer> {
    const response = await this.#exchange(call);
    const { status } = response;
    const headers = Object.fromEntries(Object.entries(response.headers));
    const body = await decodeInSlices(response.data);
    if (status >= 200 && status < 300) return { status, headers, body: await parseJsonInSteps(body) };
    throw errorOfAnswer({
      operation: call.operation,
      status,
      headers,
      body,
      secrets: [this.#apiKey, ...(call.secrets ?? [])],
      nowMs: Date.now(),
    });
  }

  async #exchange(call: Call): Promise<AxiosResponse<Buffer>> {
    const { operation, deadline } = call;
    this.#requests += 1;
    try {
      const response = await this.#http.request<Buffer>({
        ...call.request,
        signal: deadline.signal,
        timeout: call.silenceMs,
        maxContentLength: call.maxAnswerBytes,
      });
      closeUnfinishedRequest(response.request);
      return response;
    } catch (error) {
      // Never kept as a cause: it contains the whole request, including key and body.
      if (!axios.isAxiosError(error)) throw error;
      if (deadline.expired || error.code === 'ETIMEDOUT')
        throw errorOfNoAnswer({ operation, reason: 'timeout' });
      if (deadline.signal.aborted) throw errorOfNoAnswer({ operation, reason: 'stopped' });
      // Without a response attached, the answer grew beyond the limit.
      if (error.code === 'ERR_BAD_RESPONSE' && error.response === undefined)
        throw operation === 'get' ? errorOfLongTranscript() : errorOfInvalidAnswer({ operation });
      throw errorOfNoAnswer({ operation, reason: 'broken', code: error.code });
    }
  }
}

function parsed<Result>(
  operation: Operation,
  answer: Answer,
  read: (body: unknown) => Result | undefined,
): Result {
  const result = read(answer.body);
  if (result === undefined) throw errorOfInvalidAnswer({ operation, ...answer });
  return result;
}

function pathOf(transcriptId: string): string {
  if (isTranscriptId(transcriptId)) return `/v2/transcript/${transcriptId}`;
  throw new ProviderNotFoundError('This is not an id of a transcript at AssemblyAI.', {
    provider: 'assemblyai',
    code: 'not_found',
  });
}

/**
 * Passes all bytes on and restarts the deadline with each chunk. It ends with the last of the
 * announced bytes: the source may report its end later, when the answer may already be there, which
 * would cost the connection.
 */
function passThrough(deadline: Deadline, bytes = Infinity): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      deadline.restart();
      left -= chunk.byteLength;
      this.push(chunk);
      if (left <= 0) this.push(null);
      done();
    },
  });
}
