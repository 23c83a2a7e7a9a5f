import { ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { Deadline } from '../deadlines/deadline.js';
import { type OutboundAgents, PrivateAddressError } from '../outbound/outbound-agents.js';

export type FetchedAudio =
  | { bytes: Buffer; contentType: string }
  | { failed: 'too_large' | 'unavailable' | 'refused'; detail: string };

/**
 * Downloads a recording from a web server into memory. Failures of that server are returned, never
 * thrown. No detail contains the URL, which may be signed.
 *
 * The URL is a caller's: it may point to a public address only, or to a private one that the
 * configuration allows. Redirects are not followed, as an allowed server could redirect to a
 * forbidden one. The request is direct, without HTTP_PROXY.
 *
 * @throws the caller's own abort reason when `signal` aborts
 */
export async function fetchAudio(options: {
  url: string;
  maxBytes: number;
  timeoutMs: number;
  agents: OutboundAgents;
  signal?: AbortSignal;
}): Promise<FetchedAudio> {
  if (!isHttpUrl(options.url)) {
    return unavailable('the audio URL is not an http or https URL');
  }
  const deadline = new Deadline(options);
  try {
    return await download(options, deadline.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (deadline.expired) return unavailable(`the audio URL did not deliver within ${options.timeoutMs} ms`);
    if (isPrivateAddress(error)) {
      return {
        failed: 'refused',
        detail: 'the audio URL leads to a private address, and ALLOWED_PRIVATE_NETWORKS does not list it',
      };
    }
    const code = connectionErrorCode(error);
    if (code === undefined) throw error;
    return unavailable(`the audio URL cannot be read (${code})`);
  } finally {
    deadline.dispose();
  }
}

async function download(
  options: { url: string; maxBytes: number; agents: OutboundAgents },
  signal: AbortSignal,
): Promise<FetchedAudio> {
  const response = await request(options, signal);
  const body = response.data;
  try {
    if (response.status !== 200) return unavailable(`the audio URL answered with status ${response.status}`);
    const announcedBytes = Number(headerOf(response, 'content-length'));
    if (announcedBytes > options.maxBytes) return tooLarge(options.maxBytes);
    const bytes = await readWithin(body, options.maxBytes);
    if (bytes === undefined) return tooLarge(options.maxBytes);
    return { bytes, contentType: headerOf(response, 'content-type') };
  } finally {
    body.destroy();
  }
}

/**
 * Uses a kept connection if there is one. If the server has just closed it, the request is repeated
 * once on a fresh one.
 */
async function request(
  { url, agents }: { url: string; agents: OutboundAgents },
  signal: AbortSignal,
): Promise<AxiosResponse<Readable>> {
  const get = ({ http, https }: Pick<OutboundAgents, 'http' | 'https'>): Promise<AxiosResponse<Readable>> =>
    axios.get<Readable>(url, {
      // Aborting the signal destroys the stream as well, for as long as it is read.
      responseType: 'stream',
      maxRedirects: 0,
      validateStatus: () => true,
      signal,
      proxy: false,
      httpAgent: http,
      httpsAgent: https,
    });
  try {
    return await get(agents.keepAlive);
  } catch (error) {
    if (signal.aborted || !reusedConnection(error)) throw error;
    return get(agents);
  }
}

/** Whether a request failed on a connection that had served another request before. */
function reusedConnection(error: unknown): boolean {
  return axios.isAxiosError(error) && error.request instanceof ClientRequest && error.request.reusedSocket;
}

/** @returns undefined as soon as the stream exceeds `maxBytes`; the rest is not read */
export async function readWithin(stream: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function unavailable(detail: string): FetchedAudio {
  return { failed: 'unavailable', detail };
}

function tooLarge(maxBytes: number): FetchedAudio {
  return { failed: 'too_large', detail: `the audio is larger than ${maxBytes} bytes` };
}

export function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

export function headerOf(response: AxiosResponse, name: string): string {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : '';
}

/** Whether the HTTP library's error was caused by a refused private address. */
export function isPrivateAddress(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof PrivateAddressError;
}

/**
 * Returns the connection's error code, from the system or the HTTP library; undefined for a defect
 * of our own.
 */
export function connectionErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
