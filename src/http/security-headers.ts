import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/**
 * Headers that keep a browser from running foreign scripts, guessing types, and showing answers in
 * a frame.
 *
 * Strict-Transport-Security is not among them: the service uses plain HTTP, and only a proxy in
 * front of it knows whether there is TLS. For the same reason requests are not upgraded, or Swagger
 * UI would find none of its files on a host without TLS.
 */
const middleware = helmet({
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      // Swagger UI has inline styles, and images as data URLs.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      upgradeInsecureRequests: null,
    },
  },
});

/** Adds the headers to every answer, including errors and unknown paths. */
export async function installSecurityHeaders(server: FastifyInstance): Promise<void> {
  const headers = await makeHeaders();
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/**
 * Creates the constant headers once: for each request it would take a tenth of a callback's time.
 */
async function makeHeaders(): Promise<OutgoingHttpHeaders> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  await promisify(middleware)(request, response);
  return response.getHeaders();
}
