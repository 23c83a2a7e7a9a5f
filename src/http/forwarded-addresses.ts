import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { readForwardedAddress } from './forwarded-address.js';
import type { TrustProxy } from '../config/proxy-settings.js';

const HEADER = 'x-forwarded-for';

/** Value of `request.ip` when a trusted proxy sent no address in its place; all such callers count as one. */
export const UNKNOWN_ADDRESS = 'unknown';

/**
 * Brings the entries of `X-Forwarded-For` to one form, before anybody asks for `request.ip`: for what counts callers, and for what
 * lets them in, one caller has one address. To be installed first.
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
    // Not for every entry: the first ones are the caller's own words.
    if (!hasWarned && request.ip === UNKNOWN_ADDRESS) {
      hasWarned = true;
      logger.warn(
        'a proxy of TRUST_PROXY sends X-Forwarded-For without the address of the caller; callbacks are not taken from it where ' +
          'CALLBACK_ALLOWED_IPS is set, and limits by address hold for all its callers together',
      );
    }
    done();
  });
}
