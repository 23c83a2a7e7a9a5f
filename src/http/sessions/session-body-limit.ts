import type { FastifyInstance } from 'fastify';

export const SESSION_PATH = '/api/session';

/** Enough for the longest key in JSON escapes. The body is read before the caller is known. */
const MAX_SIGN_IN_BYTES = 8_192;

/** Must be installed before routes are registered. */
export function installSessionBodyLimit(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (route.url === SESSION_PATH) route.bodyLimit = MAX_SIGN_IN_BYTES;
  });
}
