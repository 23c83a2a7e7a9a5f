import { PassThrough, Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { Server } from '@tus/server';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../../config/app-config.js';
import { recordingRefusal } from '../../conversations/upload-receiver.js';
import { UPLOAD_BYTES_TYPE } from '../../http/body-types.js';
import { tusError, tusRefusal } from './tus-errors.js';
import { UploadLocker } from '../upload-locker.js';
import { UploadStore } from './upload-store.js';

export const UPLOADS_PATH = '/api/uploads';
export const TUS_VERSION = '1.0.0';

/** Never resolved: the library reads only the path of a URL. */
const BASE_URL = 'http://uploads.invalid';
/** The library answers by these, and should see no others. */
const READ_HEADERS = [
  'tus-resumable',
  'content-type',
  'content-length',
  'upload-length',
  'upload-offset',
  'upload-metadata',
  'upload-concat',
  'upload-defer-length',
];
/**
 * Pages of other origins have no access to any route, whatever the library allows; and answers have
 * no content.
 */
const DROPPED_HEADERS = /^(?:access-control-|content-)/;
const FIRST_ERROR_STATUS = 400;
/** A request whose lock is wanted may go on for so long. Its bytes are kept when it ends early. */
const INTERRUPT_AFTER_MS = 500;

/** An answer by the rules of the protocol. */
export interface TusAnswer {
  status: number;
  headers: Record<string, string>;
}

/**
 * Answers requests by the rules of the tus protocol: offsets, lengths, headers, streams.
 * https://tus.io/protocols/resumable-upload
 */
@Injectable()
export class TusServer {
  private readonly logger = new Logger('Uploads');
  private readonly server: Server;
  private readonly newIds = new WeakMap<object, string>();
  private readonly failures = new WeakMap<object, { thrown: unknown }>();

  constructor(config: AppConfig, store: UploadStore, locker: UploadLocker) {
    this.server = new Server({
      path: UPLOADS_PATH,
      datastore: store,
      locker,
      maxSize: config.http.maxUploadBytes,
      relativeLocation: true,
      lockDrainTimeout: INTERRUPT_AFTER_MS,
      namingFunction: (request) => this.newIds.get(request) ?? '',
      onResponseError: (request, thrown) => {
        this.failures.set(request, { thrown });
        return undefined;
      },
    });
  }

  /**
   * @param newId the id of the upload that a POST creates
   * @throws HttpException, AudioError, or another error of the code that stores the bytes
   */
  async answer(request: FastifyRequest, newId?: string): Promise<TusAnswer> {
    const body = bodyOf(request);
    const asked = new Request(new URL(request.raw.url ?? '/', BASE_URL), {
      method: request.method,
      headers: readHeaders(request),
      ...(body === undefined ? {} : { body: body.stream, duplex: 'half' as const }),
    });
    if (newId !== undefined) this.newIds.set(asked, newId);
    try {
      const response = await this.server.handleWeb(asked);
      if (response.status < FIRST_ERROR_STATUS)
        return { status: response.status, headers: headersOf(response) };
      const failure = this.failures.get(asked);
      if (failure === undefined) throw tusRefusal(response.status, await response.text());
      throw tusError(recordingRefusal(failure.thrown, this.logger));
    } finally {
      body?.end();
    }
  }
}

/**
 * Returns the body as a stream that the library may end early. What it does not read is read and
 * dropped then, so that a client that is still sending gets the answer.
 */
function bodyOf({ raw, mediaType }: FastifyRequest): { stream: ReadableStream; end: () => void } | undefined {
  if (mediaType !== UPLOAD_BYTES_TYPE) return undefined;
  const bridge = new PassThrough();
  // For a failure after the library has ended; while it reads, it sees the failure itself.
  bridge.on('error', () => undefined);
  raw.once('close', () => {
    if (!raw.complete)
      bridge.destroy(new Error('the connection was closed before the whole body had arrived'));
  });
  raw.pipe(bridge);
  const end = (): void => {
    raw.unpipe(bridge);
    raw.resume();
    bridge.destroy();
  };
  return { stream: Readable.toWeb(bridge) as ReadableStream, end };
}

function readHeaders({ headers }: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    READ_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => !DROPPED_HEADERS.test(name)));
}
