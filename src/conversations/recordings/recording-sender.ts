import { Readable } from 'node:stream';
import {
  BadGatewayException,
  GoneException,
  HttpException,
  HttpStatus,
  Injectable,
  Logger,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AudioMissingError, AudioUnavailableError } from '../../audio/audio-error.js';
import { type AudioFacts, AudioStorage } from '../../audio/audio-storage.js';
import { RemoteAudio } from '../../audio/remote-audio.js';
import { isSingleRange, parseRange } from './byte-range.js';

/**
 * A recording is personal data, so only the listener's own cache may keep it; and that must ask
 * again each time, as the recording may have been removed.
 */
const CACHE_CONTROL = 'private, no-cache';

/** A chunk's recording that is to be sent, as the answer to a request. */
export interface SentRecording {
  chunkId: string;
  request: FastifyRequest;
  reply: FastifyReply;
}

/**
 * Answers requests for recordings, with HEAD, conditions and ranges by RFC 9110. Recordings are
 * streamed, in the memory of one buffer. A client that goes away ends its stream, and closes the
 * file.
 */
@Injectable()
export class RecordingSender {
  private readonly logger = new Logger(RecordingSender.name);

  constructor(
    private readonly storage: AudioStorage,
    private readonly remote: RemoteAudio,
  ) {}

  /**
   * Sends a recording of the store, or redirects to a signed URL of it.
   *
   * @throws GoneException when the store no longer has it
   * @throws ServiceUnavailableException when the store cannot be read now
   */
  async sendStored({ chunkId, request, reply }: SentRecording, key: string): Promise<void> {
    try {
      const facts = await this.storage.stat(key);
      const url = await this.storage.listenUrl(key, request.method === 'HEAD' ? 'HEAD' : 'GET');
      if (url === null) await this.sendFile({ chunkId, request, reply }, key, facts);
      // The URL is a secret with an end: a cache must not repeat it.
      else reply.header('cache-control', 'no-store').redirect(url, HttpStatus.FOUND);
    } catch (error) {
      if (error instanceof AudioMissingError) throw recordingGone(chunkId);
      if (!(error instanceof AudioUnavailableError)) throw error;
      this.logger.warn(error.message);
      throw new ServiceUnavailableException('the recording cannot be read now; try again in a while');
    }
  }

  /**
   * Sends a recording from the web server of its sender, through the service: that server may
   * answer to the service alone, and its URL may be a secret.
   *
   * @throws BadGatewayException when that server does not deliver it
   */
  async sendRemote({ chunkId, request, reply }: SentRecording, url: string): Promise<void> {
    const { range } = request.headers;
    const ifRange = request.headers['if-range']?.toString();
    const left = new AbortController();
    reply.raw.once('close', () => {
      left.abort();
    });
    const opened = await this.remote.open({
      url,
      ...(request.method === 'GET' && range !== undefined && isSingleRange(range) ? { range, ifRange } : {}),
      signal: left.signal,
    });
    switch (opened.kind) {
      case 'unreachable':
        throw new BadGatewayException({
          code: 'recording_unreachable',
          message: `the recording of chunk ${chunkId} cannot be read from its URL: ${opened.detail}`,
        });
      case 'unsatisfiable':
        throw rangeNotSatisfiable(reply, opened.contentRange);
      case 'opened':
        withRecordingHeaders(reply).status(opened.status).headers(opened.headers);
        if (request.method === 'HEAD') {
          opened.stream.destroy();
          sendNothing(reply);
        } else reply.send(opened.stream);
    }
  }

  private async sendFile(
    { chunkId, request, reply }: SentRecording,
    key: string,
    { bytes, mimeType }: AudioFacts,
  ): Promise<void> {
    // A recording never changes, so the id of its chunk identifies its bytes.
    const etag = `"${chunkId}"`;
    withRecordingHeaders(reply).headers({ etag, 'accept-ranges': 'bytes' });
    if (matchesAny(request.headers['if-none-match'], etag)) {
      reply.status(HttpStatus.NOT_MODIFIED).send();
      return;
    }
    const range = request.method === 'GET' && allowsRange(request, etag) ? request.headers.range : undefined;
    const part = parseRange(range, bytes);
    if (part === 'unsatisfiable') throw rangeNotSatisfiable(reply, `bytes */${bytes}`);
    if (request.method === 'HEAD') {
      reply.headers({ 'content-type': mimeType, 'content-length': bytes });
      sendNothing(reply);
      return;
    }
    const opened = await this.storage.open(key, part);
    if (part !== undefined) {
      reply.status(HttpStatus.PARTIAL_CONTENT);
      reply.header('content-range', `bytes ${part.start}-${part.end}/${bytes}`);
    }
    reply.headers({ 'content-type': mimeType, 'content-length': opened.bytes }).send(opened.stream);
  }
}

export function recordingGone(chunkId: string): GoneException {
  return new GoneException({
    code: 'recording_gone',
    message: `the recording of chunk ${chunkId} was removed`,
  });
}

function withRecordingHeaders(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'cache-control': CACHE_CONTROL,
    'content-disposition': 'inline',
    'x-content-type-options': 'nosniff',
  });
}

/** `If-Range` names the version of which the client has the rest; without it any will do. */
function allowsRange({ headers }: FastifyRequest, etag: string): boolean {
  return headers['if-range'] === undefined || headers['if-range'] === etag;
}

/** Compares by the weak comparison, as RFC 9110, section 13.1.2, demands. */
function matchesAny(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

function rangeNotSatisfiable(reply: FastifyReply, contentRange: string | undefined): HttpException {
  if (contentRange !== undefined) reply.header('content-range', contentRange);
  return new HttpException(
    { code: 'range_not_satisfiable', message: 'the range begins after the end of the recording' },
    HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
  );
}

/** An empty stream leaves the length that the answer to a GET would have. */
function sendNothing(reply: FastifyReply): void {
  reply.send(Readable.from([]));
}
