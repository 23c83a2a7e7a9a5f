import http from 'node:http';
import https from 'node:https';
import { pipeline, Transform, type Readable } from 'node:stream';
import type { TranscriptParams, TranscriptStatus } from 'assemblyai';
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { Deadline } from '../../deadlines/deadline.js';
import { decodeInSlices } from '../../event-loop/decode-in-slices.js';
import { parseJsonInSteps } from '../../json/parse-json.js';
import { leaveConnection } from '../leave-connection.js';
import { ProviderNotFoundError } from '../provider-error.js';
import {
  errorOfAnswer,
  errorOfLongTranscript,
  errorOfNonsense,
  errorOfSilence,
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

/** A submit is answered within a second or two. Whoever holds a lease on a submission must hold it for longer than this. */
export const SUBMIT_TIMEOUT_MS = 15_000;
/** Silence that ends a look, or any other short call. A server that hangs must not hold the place of one that answers. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** A look may go on for longer while bytes arrive: the transcript of ten hours, the longest audio taken, has tens of megabytes. */
export const READ_TIMEOUT_MS = 60_000;
/** An upload may take as long as it needs, but not stand still: neither while it is sent nor before it is answered. */
export const UPLOAD_IDLE_TIMEOUT_MS = 60_000;

/**
 * Ten hours of speech are about 90,000 words, of which each appears twice with its times: some 20 MB, and ten more in scripts of
 * three bytes a character. More could not be parsed without holding up all others.
 */
const MAX_TRANSCRIPT_BYTES = 33_554_432;
/** 200 entries, the longest page, with signed URLs of 2 KB each stay far below. */
const MAX_SHORT_ANSWER_BYTES = 4_194_304;

/** More than a worker process has jobs at once, few enough that a fault there does not open connections without end. */
const MAX_SOCKETS = 64;
/** Shorter than load balancers keep a silent connection (60 s): a request on one that they just closed is lost. */
const IDLE_SOCKET_MS = 15_000;

export interface AssemblyAiTimeouts {
  submitMs: number;
  answerMs: number;
  readMs: number;
  uploadIdleMs: number;
}

export interface AssemblyAiClientOptions {
  /** Such as `https://api.eu.assemblyai.com`; data stays in the region that it names. */
  baseUrl: string;
  apiKey: string;
  timeouts?: Partial<AssemblyAiTimeouts>;
}

interface Call {
  operation: Operation;
  request: AxiosRequestConfig;
  /** For the whole call; of inactivity where the call restarts it. */
  deadline: Deadline;
  /** Silence that ends the call; 0 where the deadline alone decides. */
  silenceMs: number;
  maxAnswerBytes: number;
  /** What the request carries that must not come back in a message, beside the key. */
  secrets?: string[];
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
}

/**
 * AssemblyAI's interface for recorded audio (openapi.yml of AssemblyAI/assemblyai-api-spec), call by call.
 *
 * Every failure is thrown as one of three:
 *
 * - ProviderUnavailableError: try again, after its `retryAfterMs` if there is one. When it is `ambiguous` (submit only), the
 *   transcript may exist although we have not heard of it: look for it before submitting again.
 * - ProviderNotFoundError (`get`, `delete`): no such transcript for this key and region.
 * - ProviderRejectedError: the same request will fail again; the message says why. When it is a
 *   SettingRefusedError (submit only), another request for the same recording may be accepted.
 *
 * A caller that aborts gets the first, with code `stopped`. Redirects are not followed: they would carry the key elsewhere.
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
      // The raw key: every document shows it so, none shows `Bearer`.
      headers: { Authorization: options.apiKey, Accept: 'application/json' },
      httpAgent,
      httpsAgent,
      maxRedirects: 0,
      validateStatus: () => true,
      responseType: 'arraybuffer',
      transitional: { clarifyTimeoutError: true },
    });
  }

  /** How many requests it has made, answered or not. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Orders a transcript, and pays for it. Twice is two transcripts: there is no idempotency key.
   *
   * @returns the new transcript, queued or further
   */
  async submit(request: TranscriptParams, signal?: AbortSignal): Promise<ProviderTranscript> {
    const answer = await this.#brief({
      operation: 'submit',
      request: { method: 'POST', url: '/v2/transcript', data: request },
      timeoutMs: this.#timeouts.submitMs,
      secrets: [request.webhook_auth_header_value ?? ''],
      signal,
    });
    return understood('submit', answer, asTranscript);
  }

  /** Looks at a transcript once, whatever its state: a failed one is an answer, not an error. */
  async get(transcriptId: string, signal?: AbortSignal): Promise<ProviderTranscript> {
    const answer = await this.#brief({
      operation: 'get',
      request: { method: 'GET', url: pathOf(transcriptId) },
      timeoutMs: this.#timeouts.readMs,
      signal,
    });
    return understood('get', answer, asTranscript);
  }

  /**
   * One page of this project's transcripts of the last 90 days, newest first.
   *
   * @param options.limit 1 to 200
   * @param options.beforeId only those older than this transcript: `nextBeforeId` of the page before
   */
  async list(options: {
    limit: number;
    status?: TranscriptStatus;
    beforeId?: string;
    signal?: AbortSignal;
  }): Promise<TranscriptPage> {
    const { limit, status, beforeId, signal } = options;
    const answer = await this.#brief({
      operation: 'list',
      request: { method: 'GET', url: '/v2/transcript', params: { limit, status, before_id: beforeId } },
      timeoutMs: this.#timeouts.readMs,
      signal,
    });
    return understood('list', answer, asTranscriptPage);
  }

  /**
   * Empties a transcript: text, audio link and key terms. AssemblyAI keeps them without end otherwise. Its status stays
   * `completed`. Repeating it is harmless, but may answer ProviderNotFoundError.
   *
   * @returns what AssemblyAI shows of it from now on; undefined when its answer does not say
   */
  async delete(transcriptId: string, signal?: AbortSignal): Promise<ProviderTranscript | undefined> {
    const answer = await this.#brief({
      operation: 'delete',
      request: { method: 'DELETE', url: pathOf(transcriptId) },
      timeoutMs: this.#timeouts.answerMs,
      signal,
    });
    return asTranscript(answer.body);
  }

  /**
   * Hands a recording over without holding it in memory. Only AssemblyAI can read the URL that it gives, only transcripts of
   * the same project may use it, and the file is deleted after a day or two: repeating an upload costs nothing but time.
   *
   * The stream has been read to its end or destroyed when the promise settles.
   *
   * @param bytes the exact length where it is known; at most 2.2 GB, AssemblyAI's limit
   * @throws what the stream itself failed with, unchanged
   */
  async upload(stream: Readable, bytes?: number, signal?: AbortSignal): Promise<{ uploadUrl: string }> {
    const deadline = new Deadline({ timeoutMs: this.#timeouts.uploadIdleMs, signal });
    let broken: NodeJS.ErrnoException | null | undefined;
    const body = pipeline(stream, passingOn(deadline, bytes), (error) => {
      broken ??= error;
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
      return { uploadUrl: understood('upload', answer, asUploadUrl) };
    } catch (error) {
      throw broken ?? error;
    } finally {
      deadline.dispose();
      body.destroy();
      stream.destroy();
    }
  }

  /** Closes the connections that are kept open. Calls under way fail. */
  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #brief(
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
      leaveConnection(response.request);
      return response;
    } catch (error) {
      // Never kept as a cause: it holds the whole request, key and body included.
      if (!axios.isAxiosError(error)) throw error;
      if (deadline.expired || error.code === 'ETIMEDOUT')
        throw errorOfSilence({ operation, reason: 'timeout' });
      if (deadline.signal.aborted) throw errorOfSilence({ operation, reason: 'stopped' });
      // Without a response attached, it is one that grew beyond the limit.
      if (error.code === 'ERR_BAD_RESPONSE' && error.response === undefined)
        throw operation === 'get' ? errorOfLongTranscript() : errorOfNonsense({ operation });
      throw errorOfSilence({ operation, reason: 'broken', code: error.code });
    }
  }
}

function understood<Meaning>(
  operation: Operation,
  answer: Answer,
  read: (body: unknown) => Meaning | undefined,
): Meaning {
  const meaning = read(answer.body);
  if (meaning === undefined) throw errorOfNonsense({ operation, ...answer });
  return meaning;
}

function pathOf(transcriptId: string): string {
  if (isTranscriptId(transcriptId)) return `/v2/transcript/${transcriptId}`;
  throw new ProviderNotFoundError('This is not an id of a transcript at AssemblyAI.', {
    provider: 'assemblyai',
    code: 'not_found',
  });
}

/**
 * Passes everything on; whatever moves keeps the deadline away. Ends with the last of the announced bytes: the source may learn
 * a moment later that there are no more, and by then the answer may be there, which would cost the connection.
 */
function passingOn(deadline: Deadline, bytes = Infinity): Transform {
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
