import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { readForwardedAddress } from './forwarded-address.js';
import type { TrustProxy } from '../config/proxy-settings.js';

const HEADER = 'x-forwarded-for';

/** Value of `request.ip` when a trusted proxy sent no address; all such callers count as one. */
export const UNKNOWN_ADDRESS = 'unknown';

/**
 * Normalizes the entries of `X-Forwarded-For` before anything reads `request.ip`, so that a caller
 * has one address for both rate limits and access control. Must be installed first.
 */
export function installForwardedAddresses(server: FastifyInstance, trustProxy: TrustProxy): void {
  if (trustProxy === false) return;
  const logger = new Logger('Http');
  let hasWarned = false;
  server.addHook('onRequest', (request, _reply, done) => {
    const header = request.raw.headers[HEADER];
    if (header === undefined) {
      done();
      return;
    }
    request.raw.headers[HEADER] = String(header)
      .split(',')
      .map((entry) => readForwardedAddress(entry) ?? UNKNOWN_ADDRESS)
      .join(', ');
    // Not for every entry: the first ones come from the caller itself.
    if (!hasWarned && request.ip === UNKNOWN_ADDRESS) {
      hasWarned = true;
      logger.warn(
        'a proxy of TRUST_PROXY sends X-Forwarded-For without the address of the caller; callbacks from it are refused when ' +
          'CALLBACK_ALLOWED_IPS is set, and rate limits count all its callers as one',
      );
    }
    done();
  });
}
