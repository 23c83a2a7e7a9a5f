import { WEBHOOK_SECRET_HEADER } from '../providers/assemblyai/submit-request.js';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  BadRequestException,
  ForbiddenException,
  type HttpException,
  PayloadTooLargeException,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import type { Networks } from '../config/networks.js';
import { errorBodyOf } from '../http/errors/error-body.js';
import { UNKNOWN_ADDRESS } from '../http/forwarded-addresses.js';
import { sendTooMany } from '../http/rate-limits.js';
import type { TooManyRequestsError } from '../http/errors/too-many-requests-error.js';
import type { Metrics } from '../observability/metrics.js';

export const CALLBACK_PATH = '/api/webhooks/assemblyai';
/** In lower case, as Node names the headers of a request. */
export const CALLBACK_SECRET_HEADER = WEBHOOK_SECRET_HEADER.toLowerCase();

/** The provider's body has two short fields. */
const MAX_CALLBACK_BYTES = 16_384;

export interface CallbackAuth {
  secrets: readonly string[];
  /** Networks that callbacks may come from; any when absent. */
  allowed?: Networks;
  /** Counts a wrong secret. @returns the error once there were too many from one address */
  countRefusal: (request: FastifyRequest) => Promise<TooManyRequestsError | undefined>;
  metrics: Metrics;
}

/**
 * Installs the access control of the callback route. It checks the sender's address, if configured;
 * then the secret, before a byte of the body is read; then the size. The body is parsed as JSON
 * whatever its content type: a 4xx of the framework's own would be final for the provider.
 *
 * Only wrong secrets are counted: 429 would be final as well, so a caller with the right secret
 * never gets it.
 */
export function installCallbackAuth(server: FastifyInstance, options: CallbackAuth): void {
  const { secrets, allowed, countRefusal, metrics } = options;
  const digests = secrets.map(digest);
  server.addHook('onRoute', (route) => {
    if (route.url !== CALLBACK_PATH) return;
    route.bodyLimit = MAX_CALLBACK_BYTES;
    route.onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      if (digests.length === 0) {
        metrics.callbacks.inc({ outcome: 'unavailable' });
        return refuse(reply, new ServiceUnavailableException('no callback secret is configured'));
      }
      if (allowed !== undefined && request.ip === UNKNOWN_ADDRESS) {
        // The proxy is at fault, not the caller, for whom a 4xx would be final: once the proxy is
        // repaired the callback is accepted.
        metrics.callbacks.inc({ outcome: 'unavailable' });
        return refuse(
          reply,
          new ServiceUnavailableException('a proxy does not report the address of this callback'),
        );
      }
      if (allowed?.includes(request.ip) === false) {
        metrics.callbacks.inc({ outcome: 'forbidden' });
        return refuse(reply, new ForbiddenException('callbacks from this address are not accepted'));
      }
      if (!isKnown(request.headers[CALLBACK_SECRET_HEADER], digests)) {
        const tooMany = await countRefusal(request);
        metrics.callbacks.inc({ outcome: tooMany === undefined ? 'unauthorized' : 'throttled' });
        if (tooMany !== undefined) return sendTooMany(reply, tooMany);
        return refuse(reply, new UnauthorizedException('the callback secret is missing or wrong'));
      }
      request.headers['content-type'] = 'application/json';
    };
    route.errorHandler = (error, _request, reply) => {
      const isTooLarge = error.statusCode === 413;
      metrics.callbacks.inc({ outcome: isTooLarge ? 'too_large' : 'malformed' });
      void refuse(
        reply,
        isTooLarge
          ? new PayloadTooLargeException(`a callback has at most ${MAX_CALLBACK_BYTES} bytes`)
          : new BadRequestException('a callback is a JSON object'),
      );
    };
  });
}

/**
 * Compares digests of equal length, all of them in constant time, so that timing reveals nothing
 * about a secret. Node decodes header bytes as Latin-1; hashing them as Latin-1 preserves unusual
 * bytes.
 */
function isKnown(secret: unknown, digests: readonly Buffer[]): boolean {
  if (typeof secret !== 'string') return false;
  const candidate = digest(secret);
  return digests.filter((known) => timingSafeEqual(known, candidate)).length > 0;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

function refuse(reply: FastifyReply, exception: HttpException): FastifyReply {
  return reply.status(exception.getStatus()).send(errorBodyOf(exception, reply.request.id));
}
