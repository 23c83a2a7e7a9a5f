import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { v7 as uuidv7 } from 'uuid';

export const REQUEST_ID_HEADER = 'x-request-id';

/** Safe in a header, in a log line and in JSON. */
const ACCEPTED_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** @returns the caller's own id of the request when it is usable, else a new one */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && ACCEPTED_ID.test(given) ? given : uuidv7();
}

/** Adds the request's id to every answer. Must be installed before hooks that may answer. */
export function installRequestId(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
}
