import type { Socket } from 'node:net';
import { HttpException, HttpStatus, ServiceUnavailableException } from '@nestjs/common';
import type { ConnectionError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBodyOf } from './error-body.js';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.js';

/** RFC 6585, section 5; Nest has no name for it. */
const HTTP_HEADERS_TOO_LARGE = 431;

/** Answers requests whose URL is malformed or too long; they reach no hook and no filter. */
export function answerFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const body = errorBodyOf(error, request.id);
  void reply.status(body.statusCode).header(REQUEST_ID_HEADER, request.id).send(body);
}

/** Answers bytes that are no HTTP request: Node.js has no request for them, only the socket. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  // The other side is gone, or cannot be answered.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  const requestId = requestIdOf({ headers: {} });
  const body = errorBodyOf(unreadable(error), requestId);
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${body.statusCode} ${body.error}`,
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Content-Type: application/json; charset=utf-8',
      `${REQUEST_ID_HEADER}: ${requestId}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}

function unreadable({ code }: ConnectionError): HttpException {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpException('the request did not arrive in time', HttpStatus.REQUEST_TIMEOUT);
    case 'HPE_HEADER_OVERFLOW':
      return new HttpException('the headers are too large', HTTP_HEADERS_TOO_LARGE);
    default:
      return new HttpException('this is no HTTP request', HttpStatus.BAD_REQUEST);
  }
}

/**
 * Refuses requests that arrive on open connections during a stop. Fastify would do the same with a
 * body of its own, which `return503OnClosing: false` turns off.
 */
export function installStoppingAnswer(server: FastifyInstance): void {
  let isStopping = false;
  server.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  server.addHook('onRequest', (_request, _reply, done) => {
    done(isStopping ? new ServiceUnavailableException('the service is stopping; try again') : undefined);
  });
}
