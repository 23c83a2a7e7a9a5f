import { Logger } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiKey } from '../config/api-keys.js';
import type { RateLimits } from './rate-limits.js';
import { KnownKeys } from './sessions/known-keys.js';
import { isWrite, requireOwnOrigin } from './sessions/own-origin.js';
import { sessionToken } from './sessions/session-cookie.js';
import type { SessionsRepository } from './sessions/sessions.repository.js';

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
  sessions: SessionsRepository;
}

/**
 * Requires an API key on every `/api` route: in the header Authorization, or else by the cookie of
 * a session. It is checked before a byte of the body is read, which may be large or slow.
 */
export function installApiKeyCheck(server: FastifyInstance, { keys, limits, sessions }: ApiKeyCheck): void {
  for (const { name } of keys.filter(({ isShort }) => isShort)) {
    new Logger('Http').warn(
      `${name} of API_KEYS is so short that it can be guessed; create one with: openssl rand -hex 32`,
    );
  }
  const known = new KnownKeys(keys);

  /** @throws DatabaseUnavailableError, as nobody knows then whether the session is valid */
  const nameOfSession = async (request: FastifyRequest): Promise<string | undefined> => {
    const token = sessionToken(request);
    const session = token === undefined ? undefined : await sessions.find(token);
    return session && known.findByDigest(session.keyDigest)?.name;
  };

  server.addHook('onRequest', async (request, reply) => {
    // Checks the matched route: a URL can be written in many ways (`/%61pi/`, `http://host/api/`).
    const { url, config } = request.routeOptions;
    if (url?.startsWith('/api/') !== true || config.skipsApiKey === true) return;
    const { authorization } = request.headers;
    const name = authorization === undefined ? await nameOfSession(request) : nameOfKey(authorization, known);
    if (name === undefined) {
      return limits.refuse(request, reply, 'give a valid API key as Authorization: Bearer <key>');
    }
    // A browser adds the cookie by itself, whichever page sends the request.
    if (authorization === undefined && isWrite(request)) requireOwnOrigin(request);
    request.apiKeyName = name;
  });
}

function nameOfKey(authorization: string, known: KnownKeys): string | undefined {
  const key = BEARER.exec(authorization)?.[1];
  return key === undefined ? undefined : known.find(key)?.name;
}
