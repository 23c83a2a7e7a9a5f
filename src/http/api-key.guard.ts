import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { Metrics } from '../observability/metrics.js';
import { RateLimits } from './rate-limits.js';

const OWN_DOOR = 'ownDoor';

/** Marks a route under `/api` that checks its caller itself, as the provider's callback does by its secret. */
export const HasOwnDoor = (): MethodDecorator => SetMetadata(OWN_DOOR, true);

const BEARER = /^Bearer +(\S+)$/i;

/** Asks for an API key on every `/api` route, when keys are configured. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly keys: { name: string; digest: Buffer }[];

  constructor(
    config: AppConfig,
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
    private readonly metrics: Metrics,
  ) {
    this.keys = config.http.apiKeys.map(({ name, sha256 }) => ({ name, digest: Buffer.from(sha256, 'hex') }));
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.keys.length === 0) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    // The route that was matched, not the URL: one path can be written in many ways (`/%61pi/`, `http://host/api/`).
    const route = request.routeOptions.url;
    if (route !== undefined && !route.startsWith('/api/')) return true;
    if (this.reflector.get<boolean | undefined>(OWN_DOOR, context.getHandler()) === true) return true;
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const name = key === undefined ? undefined : this.nameOf(key);
    if (name === undefined) return this.refuse(request, http.getResponse<FastifyReply>());
    request.apiKeyName = name;
    return true;
  }

  private async refuse(request: FastifyRequest, reply: FastifyReply): Promise<never> {
    const tooMany = await this.limits.refused(request);
    this.metrics.refusals.inc({ door: 'api', reason: tooMany === undefined ? 'unauthorized' : 'throttled' });
    if (tooMany === undefined) {
      throw new UnauthorizedException('give a valid API key as Authorization: Bearer <key>');
    }
    reply.header('retry-after', tooMany.retryAfterSeconds);
    throw tooMany;
  }

  /** Compares with every key, each in constant time: neither the place of a difference nor of a match shows. */
  private nameOf(key: string): string | undefined {
    const given = createHash('sha256').update(key, 'utf8').digest();
    return this.keys.filter(({ digest }) => timingSafeEqual(digest, given)).at(0)?.name;
  }
}
