import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import axios, { type AxiosResponse } from 'axios';
import { Deadline } from '../deadlines/deadline.js';
import { OutboundAgents } from '../outbound/outbound-agents.js';
import { connectionErrorCode, headerOf, isHttpUrl, isPrivateAddress } from './fetch-audio.js';
import { mimeTypeOfExtension } from './media-type.js';

/** Time for the first byte of the answer; a web server of recordings takes a second or two. */
const ANSWER_TIMEOUT_MS = 15_000;
/**
 * Time without a byte. A listener may have paused: the player then goes on with a new request for
 * the rest. Equals the idle time of the service's own connections.
 */
const IDLE_TIMEOUT_MS = 300_000;
/** Time for the whole transfer, so that a server that drips holds no connection for days. */
const TRANSFER_TIMEOUT_MS = 14_400_000;
/** Largest file that AssemblyAI accepts by URL; a longer answer is no recording. */
const MAX_BYTES = 5_368_709_120;

const SATISFIED_RANGE = /^bytes \d{1,15}-\d{1,15}\/(?:\d{1,15}|\*)$/;
const UNSATISFIED_RANGE = /^bytes \*\/\d{1,15}$/;
const ETAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/;
/** Only sound and pictures: another type, such as HTML, would run on the service's own origin. */
const RECORDING_TYPE = /^(?:audio|video)\/[a-z0-9.+-]+$/;
const UNKNOWN_TYPE = 'application/octet-stream';

/** Answer of the server that has the recording. */
export type RemoteRecording =
  | { kind: 'opened'; status: 200 | 206; headers: Record<string, string>; stream: Readable }
  | { kind: 'unsatisfiable'; contentRange: string | undefined }
  /** `detail` contains no URL. */
  | { kind: 'unreachable'; detail: string; reason: UnreachableReason };

/**
 * `refused`: the address is not allowed; `passing`: another attempt may help; `lasting`: the server
 * will answer the same again.
 */
export type UnreachableReason = 'refused' | 'passing' | 'lasting';

export interface RemoteRequest {
  url: string;
  /** One range, as the client wrote it. */
  range?: string;
  /** Validator of the range, as the client wrote it. */
  ifRange?: string;
  /** Aborts the request; the stream, once it is open, is destroyed by its reader. */
  signal: AbortSignal;
}

/**
 * Reads recordings from the web servers of callers, as streams.
 *
 * A URL is a caller's: it may lead to a public address only, or to a private one that the
 * configuration allows. Redirects are not followed, as an allowed server could redirect to a
 * forbidden one.
 */
@Injectable()
export class RemoteAudio {
  constructor(private readonly agents: OutboundAgents) {}

  /**
   * Opens a recording, or a range of it. Failures of the other server are returned, never thrown.
   */
  async open(request: RemoteRequest): Promise<RemoteRecording> {
    if (!isHttpUrl(request.url)) return unreachable('its URL is not an http or https URL', 'lasting');
    const deadline = new Deadline({ timeoutMs: ANSWER_TIMEOUT_MS, signal: request.signal });
    try {
      return readAnswer(request.url, await this.get(request, deadline.signal));
    } catch (error) {
      if (deadline.signal.aborted) return unreachable('its server did not answer in time', 'passing');
      if (isPrivateAddress(error)) return unreachable('its URL leads to a private address', 'refused');
      const code = connectionErrorCode(error);
      if (code === undefined) throw error;
      return unreachable(`its server cannot be reached (${code})`, 'passing');
    } finally {
      deadline.dispose();
    }
  }

  private get(request: RemoteRequest, signal: AbortSignal): Promise<AxiosResponse<Readable>> {
    const { url, range, ifRange } = request;
    return axios.get<Readable>(url, {
      responseType: 'stream',
      headers: {
        // Ranges count the bytes of what is sent, which must be those of the recording.
        'accept-encoding': 'identity',
        ...(range === undefined ? {} : { range }),
        ...(range === undefined || ifRange === undefined ? {} : { 'if-range': ifRange }),
      },
      decompress: false,
      maxRedirects: 0,
      validateStatus: () => true,
      signal,
      proxy: false,
      httpAgent: this.agents.http,
      httpsAgent: this.agents.https,
    });
  }
}

function readAnswer(url: string, response: AxiosResponse<Readable>): RemoteRecording {
  const { status, data: body } = response;
  const contentRange = headerOf(response, 'content-range');
  const problem = problemOf(response);
  if (status === 416 || problem !== undefined) {
    body.destroy();
    if (problem !== undefined) return unreachable(problem, isPassing(status) ? 'passing' : 'lasting');
    const isKnown = UNSATISFIED_RANGE.test(contentRange);
    return { kind: 'unsatisfiable', contentRange: isKnown ? contentRange : undefined };
  }
  return {
    kind: 'opened',
    status: status === 206 ? 206 : 200,
    headers: {
      'content-type': contentType(url, headerOf(response, 'content-type')),
      ...(status === 206 ? { 'content-range': contentRange } : {}),
      ...passedOn(response),
    },
    stream: limited(body),
  };
}

function problemOf(response: AxiosResponse): string | undefined {
  const { status } = response;
  if (![200, 206, 416].includes(status)) return `its server answered with status ${status}`;
  const encoding = headerOf(response, 'content-encoding');
  if (encoding !== '' && encoding !== 'identity') return 'its server sent it in an encoding';
  if (status === 206 && !SATISFIED_RANGE.test(headerOf(response, 'content-range'))) {
    return 'its server sent an unknown part of it';
  }
  return Number(headerOf(response, 'content-length')) > MAX_BYTES ? 'it is too large' : undefined;
}

/** Headers that are passed on as they are, when they have the form that their standard gives. */
function passedOn(response: AxiosResponse): Record<string, string> {
  const length = headerOf(response, 'content-length');
  const etag = headerOf(response, 'etag');
  const modified = headerOf(response, 'last-modified');
  const acceptsRanges = response.status === 206 || headerOf(response, 'accept-ranges') === 'bytes';
  return {
    ...(/^\d+$/.test(length) ? { 'content-length': length } : {}),
    ...(ETAG.test(etag) ? { etag } : {}),
    ...(Number.isNaN(Date.parse(modified)) ? {} : { 'last-modified': modified }),
    ...(acceptsRanges ? { 'accept-ranges': 'bytes' } : {}),
  };
}

/** Takes the server's label, or the extension in the URL where the label says nothing. */
function contentType(url: string, label: string): string {
  const [type = ''] = label.toLowerCase().split(';');
  if (RECORDING_TYPE.test(type.trim())) return type.trim();
  return mimeTypeOfExtension(extname(new URL(url).pathname).slice(1).toLowerCase()) ?? UNKNOWN_TYPE;
}

/** Ends the stream with an error when it takes too long or is too large. */
function limited(source: Readable): Readable {
  const idle = new Deadline({ timeoutMs: IDLE_TIMEOUT_MS });
  const endMs = performance.now() + TRANSFER_TIMEOUT_MS;
  idle.signal.addEventListener('abort', () => source.destroy(new Error('the transfer stands still')));
  async function* chunks(): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES || performance.now() > endMs) throw new Error('the transfer is too long');
      idle.restart();
      yield chunk;
    }
  }
  const stream = Readable.from(chunks(), { objectMode: false });
  // The generator's own end would not run when the stream is destroyed before its first read.
  stream.once('close', () => {
    idle.dispose();
    source.destroy();
  });
  return stream;
}

function unreachable(detail: string, reason: UnreachableReason): RemoteRecording {
  return { kind: 'unreachable', detail, reason };
}

/** Whether a status reports an overload, or a fault that a server may overcome. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
