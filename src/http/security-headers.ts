import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/**
 * Headers that tell a browser what not to do with an answer: run scripts from elsewhere, guess types, show it in a frame.
 *
 * Not that it must come back by HTTPS: the service speaks plain HTTP, and whether there is TLS in front of it the proxy knows,
 * which sends Strict-Transport-Security itself. For the same reason requests are not upgraded, or Swagger UI would find none of
 * its files on a host without TLS.
 */
const middleware = helmet({
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

/** Gives every answer the headers, those of errors and unknown paths too. */
export async function installSecurityHeaders(server: FastifyInstance): Promise<void> {
  const headers = await makeHeaders();
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** No header depends on the request: making them anew for each would take a tenth of what a callback costs. */
async function makeHeaders(): Promise<OutgoingHttpHeaders> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  await promisify(middleware)(request, response);
  return response.getHeaders();
}
