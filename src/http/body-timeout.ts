import { RequestTimeoutException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBodyOf } from './errors/error-body.js';
import { FORM_TYPE, hasBody, UPLOAD_BYTES_TYPE } from './body-types.js';

/**
 * Ends requests whose body takes too long: one byte every few seconds would hold a connection and
 * the bytes read so far forever.
 *
 * An accepted upload is exempt, as gigabytes over a slow line take hours: it ends by the server's
 * idle timeout. Node's own `requestTimeout` has no such exception.
 */
export function installBodyTimeout(server: FastifyInstance, timeoutMs: number): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  server.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request.headers)) {
      const timer = setTimeout(() => {
        endUnlessComplete(request, reply, timeoutMs);
      }, timeoutMs).unref();
      timers.set(request, timer);
      request.raw.once('close', () => {
        clearTimeout(timer);
      });
    }
    done();
  });
  // After authentication: a form without a key is not an upload.
  server.addHook('preParsing', (request, _reply, _payload, done) => {
    const { takesUploads, takesUploadBytes } = request.routeOptions.config;
    if (
      (takesUploads === true && request.mediaType === FORM_TYPE) ||
      (takesUploadBytes === true && request.mediaType === UPLOAD_BYTES_TYPE)
    ) {
      clearTimeout(timers.get(request));
    }
    done(null);
  });
}

function endUnlessComplete(request: FastifyRequest, reply: FastifyReply, timeoutMs: number): void {
  if (request.raw.complete) return;
  if (reply.sent) {
    // Already answered with a refusal, and still sending.
    request.raw.destroy();
    return;
  }
  const body = errorBodyOf(
    new RequestTimeoutException(`the body did not arrive within ${timeoutMs / 1_000} s; send it again`),
    request.id,
  );
  void reply.status(body.statusCode).header('connection', 'close').send(body);
}
