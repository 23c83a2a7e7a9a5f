import { BadRequestException, type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';

const READS_BODY: readonly number[] = [RouteParamtypes.BODY, RouteParamtypes.REQUEST];

/**
 * Refuses fields in the body of a route that reads none, as an unknown field is refused everywhere: a wish that is dropped would look
 * granted. An empty object is no wish.
 */
@Injectable()
export class UnreadBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body === undefined || body === null || readsBody(context)) return true;
    const fields = typeof body === 'object' ? Object.keys(body) : ['the body'];
    if (fields.length === 0) return true;
    throw new BadRequestException(fields.map((field) => `${field} should not exist`));
  }
}

/** By the parameters of the handler, under keys of `<kind>:<index>`, as Nest's own decorators leave them. */
function readsBody(context: ExecutionContext): boolean {
  const parameters: unknown = Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  );
  if (typeof parameters !== 'object' || parameters === null) return false;
  return Object.keys(parameters).some((key) => READS_BODY.includes(Number(key.split(':')[0])));
}
