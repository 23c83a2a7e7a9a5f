import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';

const OWN_DOOR = 'ownDoor';

/** Marks a route under `/api` that checks its caller itself, as the provider's callback does by its secret. */
export const HasOwnDoor = (): MethodDecorator => SetMetadata(OWN_DOOR, true);

const BEARER = /^Bearer +(\S+)$/i;

/** Asks for an API key on every `/api` route, when keys are configured. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly digests: Buffer[];

  constructor(
    config: AppConfig,
    private readonly reflector: Reflector,
  ) {
    this.digests = config.http.apiKeys.map(digest);
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.digests.length === 0) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    // The route that was matched, not the URL: one path can be written in many ways (`/%61pi/`, `http://host/api/`).
    const route = request.routeOptions.url;
    if (route !== undefined && !route.startsWith('/api/')) return true;
    if (this.reflector.get<boolean | undefined>(OWN_DOOR, context.getHandler()) === true) return true;
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined || !this.isKnown(key)) {
      throw new UnauthorizedException('give a valid API key as Authorization: Bearer <key>');
    }
    return true;
  }

  /** Compares with every key, each in constant time: neither the place of a difference nor of a match shows. */
  private isKnown(key: string): boolean {
    const given = digest(key);
    return this.digests.filter((known) => timingSafeEqual(known, given)).length > 0;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
