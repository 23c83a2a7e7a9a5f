import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the request's API key, once it has been checked. */
    apiKeyName: string | undefined;
  }
}

const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const UUID = /^[0-9a-f-]{36}$/i;

/**
 * Logs each request that changes something, with the name of its key. Only the route and ids are
 * logged: a URL or a body may contain data that must not be logged.
 */
export function installRequestLog(server: FastifyInstance): void {
  const logger = new Logger('Http');
  server.decorateRequest('apiKeyName', undefined);
  server.addHook('onResponse', (request, reply, done) => {
    if (request.apiKeyName !== undefined && !READING_METHODS.has(request.method)) {
      const route = `${request.method} ${request.routeOptions.url ?? ''}`;
      logger.log(
        `${route} ${reply.statusCode} key="${request.apiKeyName}"${idsOf(request.params)} requestId=${request.id}`,
      );
    }
    done();
  });
}

function idsOf(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  return Object.entries(params)
    .filter(([, value]) => typeof value === 'string' && UUID.test(value))
    .map(([name, value]) => ` ${name}=${String(value)}`)
    .join('');
}
