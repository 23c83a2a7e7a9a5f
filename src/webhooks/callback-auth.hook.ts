import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Networks } from '../config/networks.js';
import { UNKNOWN_ADDRESS } from '../http/forwarded-addresses.js';
import { sendTooMany } from '../http/rate-limits.js';
import type { TooManyRequestsError } from '../http/too-many-requests-error.js';
import type { Metrics } from '../observability/metrics.js';

export const CALLBACK_PATH = '/api/webhooks/assemblyai';
export const CALLBACK_SECRET_HEADER = 'x-assemblyai-webhook-secret';

/** The provider's body has two short fields. */
const MAX_CALLBACK_BYTES = 16_384;

export interface CallbackAuth {
  secrets: readonly string[];
  /** Where callbacks may come from; from anywhere unless given. */
  allowed?: Networks;
  /** Counts a wrong secret; the answer when there were too many from one address. */
  refused: (request: FastifyRequest) => Promise<TooManyRequestsError | undefined>;
  metrics: Metrics;
}

/**
 * The door in front of the callback's route: the sender's address, if that matters; the secret, before a byte of the body is
 * looked at; then the size; and JSON whatever the content type says, as any answer of 4xx of the framework's own making would be
 * final for the provider.
 *
 * Only wrong secrets are counted: 429 would be final as well, so nobody who knows the secret ever gets it.
 */
export function installCallbackAuth(server: FastifyInstance, options: CallbackAuth): void {
  const { secrets, allowed, refused, metrics } = options;
  const digests = secrets.map(digest);
  server.addHook('onRoute', (route) => {
    if (route.url !== CALLBACK_PATH) return;
    route.bodyLimit = MAX_CALLBACK_BYTES;
    route.onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      if (digests.length === 0) {
        metrics.callbacks.inc({ outcome: 'unavailable' });
        return reply
          .status(503)
          .send(errorBody(503, 'Service Unavailable', 'no callback secret is configured'));
      }
      if (allowed !== undefined && request.ip === UNKNOWN_ADDRESS) {
        // The proxy's fault, and not the caller's, to whom a 4xx would be final: once it is mended the callback is welcome.
        metrics.callbacks.inc({ outcome: 'unavailable' });
        return reply
          .status(503)
          .send(
            errorBody(503, 'Service Unavailable', 'a proxy does not tell where this callback comes from'),
          );
      }
      if (allowed?.includes(request.ip) === false) {
        metrics.callbacks.inc({ outcome: 'forbidden' });
        return reply
          .status(403)
          .send(errorBody(403, 'Forbidden', 'callbacks from this address are not taken'));
      }
      if (!isKnown(request.headers[CALLBACK_SECRET_HEADER], digests)) {
        const tooMany = await refused(request);
        metrics.callbacks.inc({ outcome: tooMany === undefined ? 'unauthorized' : 'throttled' });
        if (tooMany !== undefined) return sendTooMany(reply, tooMany);
        return reply
          .status(401)
          .send(errorBody(401, 'Unauthorized', 'the callback secret is missing or wrong'));
      }
      request.headers['content-type'] = 'application/json';
    };
    route.errorHandler = (error, _request, reply) => {
      const status = error.statusCode === 413 ? 413 : 400;
      metrics.callbacks.inc({ outcome: status === 413 ? 'too_large' : 'malformed' });
      void reply
        .status(status)
        .send(
          status === 413
            ? errorBody(413, 'Payload Too Large', `a callback has at most ${MAX_CALLBACK_BYTES} bytes`)
            : errorBody(400, 'Bad Request', 'a callback is a JSON object'),
        );
    };
  });
}

/**
 * Digests have one length, and all of them are compared in constant time: nothing about a secret shows in how long it takes.
 * Node hands header bytes out as Latin-1; hashing them as such keeps odd bytes what they are.
 */
function isKnown(given: unknown, digests: readonly Buffer[]): boolean {
  if (typeof given !== 'string') return false;
  const candidate = digest(given);
  return digests.filter((known) => timingSafeEqual(known, candidate)).length > 0;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

function errorBody(statusCode: number, error: string, message: string) {
  return { statusCode, error, message };
}
