import { createHash, timingSafeEqual } from 'node:crypto';
import { Logger, UnauthorizedException } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '../config/api-keys.js';
import type { Metrics } from '../observability/metrics.js';
import type { RateLimits } from './rate-limits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route authenticates its caller itself. */
    skipsApiKey?: boolean;
  }
}

/** Marks a route under `/api` that authenticates its caller itself, such as the callback. */
export const SkipApiKey = (): MethodDecorator => RouteConfig({ skipsApiKey: true });

const BEARER = /^Bearer +(\S+)$/i;

interface ApiKeyCheck {
  keys: readonly ApiKey[];
  limits: RateLimits;
  metrics: Metrics;
}

/**
 * Requires an API key on every `/api` route if keys are configured. It is checked before a byte of
 * the body is read, which may be large or slow.
 */
export function installApiKeyCheck(server: FastifyInstance, { keys, limits, metrics }: ApiKeyCheck): void {
  if (keys.length === 0) return;
  for (const { name } of keys.filter(({ isShort }) => isShort)) {
    new Logger('Http').warn(
      `${name} of API_KEYS is so short that it can be guessed; create one with: openssl rand -hex 32`,
    );
  }
  const known = keys.map(({ name, sha256 }) => ({ name, digest: Buffer.from(sha256, 'hex') }));

  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    const tooMany = await limits.countRefusal(request);
    metrics.refusals.inc({ scope: 'api', reason: tooMany === undefined ? 'unauthorized' : 'throttled' });
    if (tooMany === undefined) {
      throw new UnauthorizedException('give a valid API key as Authorization: Bearer <key>');
    }
    reply.header('retry-after', tooMany.retryAfterSeconds);
    throw tooMany;
  };

  server.addHook('onRequest', async (request, reply) => {
    // Checks the matched route: a URL can be written in many ways (`/%61pi/`, `http://host/api/`).
    const { url, config } = request.routeOptions;
    if (url?.startsWith('/api/') !== true || config.skipsApiKey === true) return;
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const name = key === undefined ? undefined : nameOf(key, known);
    if (name === undefined) return refuse(request, reply);
    request.apiKeyName = name;
  });
}

/** Compares with every key in constant time, so that timing reveals nothing about a match. */
function nameOf(key: string, known: readonly { name: string; digest: Buffer }[]): string | undefined {
  const candidate = createHash('sha256').update(key, 'utf8').digest();
  return known.filter(({ digest }) => timingSafeEqual(digest, candidate)).at(0)?.name;
}
