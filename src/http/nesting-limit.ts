import { BadRequestException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { isNestedTooDeep } from '../json/nesting.js';

/** Refuses bodies that would break the validation by their depth; two thousand brackets are two kilobytes. */
export function installNestingLimit(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    done(isNestedTooDeep(request.body) ? new BadRequestException('the body is nested too deep') : undefined);
  });
}
