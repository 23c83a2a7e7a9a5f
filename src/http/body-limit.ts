import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Largest body of the route, where it is not the usual one. */
    maxBodyBytes?: number;
  }
}

/** Marks a route whose body may be longer than that of others. */
export const MaxBodyBytes = (maxBodyBytes: number): MethodDecorator => RouteConfig({ maxBodyBytes });

/** Applies the limits of marked routes. */
export function installBodyLimits(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (route.config?.maxBodyBytes !== undefined) route.bodyLimit = route.config.maxBodyBytes;
  });
}
