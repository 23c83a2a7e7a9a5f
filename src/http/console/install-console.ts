import fastifyStatic from '@fastify/static';
import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { hasConsole } from './console-folder.js';
import { cacheControlOf, consoleHeaders } from './console-headers.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route serves a file of the console. */
    isConsole?: boolean;
  }
}

/** Paths of the console's pages besides `/`: a reload must find them. */
const PAGES = ['/c/:id', '/problems', '/deliveries', '/system', '/new', '/sign-in'];
const PAGE_FILE = 'index.html';
/** Served in place of the file that they are a copy of. */
const COMPRESSED_COPIES = ['**/*.br', '**/*.gz'];

interface ConsoleOptions {
  folder: string;
  /** Origin of the bucket with the recordings, if there is one. */
  mediaOrigin: string | null;
}

/**
 * Serves the console. Its files hold no data, so they need no key. Each file has a route of its
 * own, so that unknown paths keep the error of the API.
 */
export async function installConsole(
  server: FastifyInstance,
  { folder, mediaOrigin }: ConsoleOptions,
): Promise<void> {
  if (!hasConsole(folder)) {
    new Logger('Http').warn(`the console is not served: it was not built into ${folder}`);
    return;
  }
  const headers = consoleHeaders(mediaOrigin);
  await server.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, isConsole: true };
    });
    scope.addHook('onRequest', (request, reply, done) => {
      reply.headers({ ...headers, 'cache-control': cacheControlOf(request.routeOptions.url ?? '') });
      done();
    });
    await scope.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      globIgnore: COMPRESSED_COPIES,
      preCompressed: true,
      cacheControl: false,
    });
    for (const page of PAGES) scope.get(page, (_request, reply) => reply.sendFile(PAGE_FILE));
  });
}
