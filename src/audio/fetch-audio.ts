import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { Deadline } from '../deadlines/deadline.js';

export type FetchedAudio =
  { bytes: Buffer; contentType: string } | { failed: 'too_large' | 'unavailable'; detail: string };

/**
 * Fetches a recording from somewhere on the web into memory. What that server does wrong is a value, never an exception;
 * no detail carries the URL, which may be signed.
 *
 * Redirects are not followed: a URL that was allowed must not lead to one that would not be.
 *
 * @throws the caller's own abort reason when `signal` aborts
 */
export async function fetchAudio(options: {
  url: string;
  maxBytes: number;
  timeoutMs: number;
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
    const code = errorCode(error);
    if (code === undefined) throw error;
    return unavailable(`the audio URL cannot be read (${code})`);
  } finally {
    deadline.dispose();
  }
}

async function download(
  options: { url: string; maxBytes: number },
  signal: AbortSignal,
): Promise<FetchedAudio> {
  const response = await axios.get<Readable>(options.url, {
    // Aborting the signal destroys the stream as well, for as long as it is read.
    responseType: 'stream',
    maxRedirects: 0,
    validateStatus: () => true,
    signal,
    // One audio in a while from any host: connections kept open would only be held for nobody.
    httpAgent: new http.Agent({ keepAlive: false }),
    httpsAgent: new https.Agent({ keepAlive: false }),
  });
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
 * @returns undefined as soon as there is more than `maxBytes`; the rest is not read
 */
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

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

function headerOf(response: AxiosResponse, name: string): string {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : '';
}

/** The system's or the HTTP library's word for what happened to the connection; undefined for a defect of our own. */
function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
