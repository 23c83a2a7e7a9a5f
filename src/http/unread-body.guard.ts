import { BadRequestException, type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';

const READS_BODY: readonly number[] = [RouteParamtypes.BODY, RouteParamtypes.REQUEST];

/**
 * Refuses body fields on a route that reads no body, as unknown fields are refused everywhere: an
 * ignored option would look accepted. An empty object is allowed.
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

/** Checks the handler's parameters, which Nest stores under keys of `<kind>:<index>`. */
function readsBody(context: ExecutionContext): boolean {
  const parameters: unknown = Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  );
  if (typeof parameters !== 'object' || parameters === null) return false;
  return Object.keys(parameters).some((key) => READS_BODY.includes(Number(key.split(':')[0])));
}
