import { ForbiddenException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { TrustProxy } from '../../config/proxy-settings.js';
import { withCode } from '../errors/error-codes.js';

const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Values of Sec-Fetch-Site that are not caused by a page of another origin. */
const OWN_SITES: readonly unknown[] = [undefined, 'same-origin', 'none'];

export function isWrite({ method }: FastifyRequest): boolean {
  return !READING_METHODS.has(method);
}

/**
 * Refuses a request that a page of another origin sent. Browsers add the header `Origin` to every
 * request that may change something; other clients send none.
 *
 * @throws ForbiddenException
 */
export function requireNoForeignOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  const isOwn =
    origin === undefined
      ? OWN_SITES.includes(request.headers['sec-fetch-site'])
      : originOf(origin) !== undefined && originOf(origin) === originOf(addressOf(request));
  if (!isOwn) throw foreignOrigin();
}

/**
 * Refuses a request that was not sent by a page of this service.
 *
 * @throws ForbiddenException
 */
export function requireOwnOrigin(request: FastifyRequest): void {
  if (request.headers.origin === undefined) throw foreignOrigin();
  requireNoForeignOrigin(request);
}

/**
 * Keeps pages of other origins out of an API that requires no key and listens on loopback. Every
 * page that a browser on this machine shows can send requests there: forms, and with a name of its
 * own that resolves to 127.0.0.1 also requests whose answers it may read (DNS rebinding).
 *
 * With TRUST_PROXY set a proxy is in front, and requests have the name of that proxy.
 */
export function installOpenAccess(server: FastifyInstance, trustProxy: TrustProxy): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { url, config } = request.routeOptions;
    if (url?.startsWith('/api/') === true && config.skipsApiKey !== true) {
      if (trustProxy === false && !isLoopbackName(request.host)) throw foreignHost();
      if (isWrite(request)) requireNoForeignOrigin(request);
    }
    done();
  });
}

function addressOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${host}`;
}

/** @returns undefined for anything but an http or https origin, such as `null` */
function originOf(address: string): string | undefined {
  return /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address).origin : undefined;
}

/** Clients of HTTP/1.0 send no host; browsers always do. */
function isLoopbackName(host: string): boolean {
  if (host === '') return true;
  const address = `http://${host}`;
  if (!URL.canParse(address)) return false;
  const name = new URL(address).hostname.replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

function foreignOrigin(): ForbiddenException {
  return new ForbiddenException(
    'changes with this access are for pages of this service only; behind a proxy, set TRUST_PROXY and let the proxy send ' +
      'X-Forwarded-Proto and the Host that the browser asked for',
    withCode('foreign_origin'),
  );
}

function foreignHost(): ForbiddenException {
  return new ForbiddenException(
    'without API_KEYS the service answers to names of this machine only, such as localhost; set API_KEYS, or TRUST_PROXY if a proxy is in front',
    withCode('foreign_host'),
  );
}
