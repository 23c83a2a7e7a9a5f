import { BadRequestException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { isNestedTooDeep } from '../json/nesting.js';

/** Refuses bodies nested deep enough to crash the validation; 2,000 brackets are 2 KB. */
export function installNestingLimit(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    done(isNestedTooDeep(request.body) ? new BadRequestException('the body is nested too deep') : undefined);
  });
}
