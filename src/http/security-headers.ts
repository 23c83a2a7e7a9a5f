import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Headers that tell a browser what not to do with an answer: run scripts from elsewhere, guess types, show it in a frame.
 *
 * Not that it must come back by HTTPS: the service speaks plain HTTP, and whether there is TLS in front of it the proxy knows,
 * which sends Strict-Transport-Security itself. For the same reason requests are not upgraded, or Swagger UI would find none of
 * its files on a host without TLS.
 */
export async function installSecurityHeaders(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // Swagger UI has its style in the page, and its pictures as data.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        upgradeInsecureRequests: null,
      },
    },
  });
}
