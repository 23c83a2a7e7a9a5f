import rateLimit from '@fastify/rate-limit';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { Metrics } from '../observability/metrics.js';
import { errorBodyOf } from './errors/error-body.js';
import { TooManyRequestsError } from './errors/too-many-requests-error.js';

const MINUTE_MS = 60_000;
/** Addresses counted at a time; beyond that the least recently seen one is dropped. */
const COUNTED_ADDRESSES = 10_000;

/** @returns whole seconds until the caller may send requests again, or undefined while it may */
type Counter = (request: FastifyRequest) => Promise<number | undefined>;

/**
 * Limits requests of one address without a valid key: those to routes without authentication, and
 * those with a wrong key. Requests with the right key or secret are never counted nor refused,
 * whatever others send from the same address.
 *
 * Each process counts for itself, per minute, and an IPv6 network of 64 bits counts as one address.
 */
@Injectable()
export class RateLimits {
  private refusedCounter: Counter = unlimited;

  constructor(
    private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {}

  /** Must be called once, before routes are registered. */
  async install(server: FastifyInstance): Promise<void> {
    await server.register(rateLimit, { global: false, cache: COUNTED_ADDRESSES });
    const { publicRateLimit, refusedRateLimit } = this.config.http;
    this.refusedCounter = counter(server, refusedRateLimit);
    const countPublic = counter(server, publicRateLimit);
    server.addHook('onRequest', async (request, reply) => {
      if (!isLimited(request)) return;
      const waitSeconds = await countPublic(request);
      if (waitSeconds === undefined) return;
      this.metrics.refusals.inc({ scope: 'public', reason: 'throttled' });
      const error = new TooManyRequestsError(waitSeconds);
      return sendTooMany(reply, error);
    });
  }

  /**
   * Counts a request with a wrong or missing key or secret. @returns the error once it is too many
   */
  async countRefusal(request: FastifyRequest): Promise<TooManyRequestsError | undefined> {
    const waitSeconds = await this.refusedCounter(request);
    return waitSeconds === undefined ? undefined : new TooManyRequestsError(waitSeconds);
  }

  /**
   * Counts and refuses a request without a valid key.
   *
   * @throws UnauthorizedException, or TooManyRequestsError once there were too many
   */
  async refuse(request: FastifyRequest, reply: FastifyReply, message: string): Promise<never> {
    await this.countUnknownCaller(request, reply);
    throw new UnauthorizedException(message);
  }

  /**
   * Counts a request with a key or session that is not valid.
   *
   * @throws TooManyRequestsError once there were too many
   */
  async countUnknownCaller(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const tooMany = await this.countRefusal(request);
    this.metrics.refusals.inc({ scope: 'api', reason: tooMany === undefined ? 'unauthorized' : 'throttled' });
    if (tooMany === undefined) return;
    reply.header('retry-after', tooMany.retryAfterSeconds);
    throw tooMany;
  }
}

/**
 * Whether a route needs no key but does some work: documentation, metrics, and unknown paths. Not
 * `/api`, where the key decides. Not the health checks either: a throttled load balancer would take
 * a healthy process for a dead one. Nor the files of the console, of which each page needs many.
 */
function isLimited({ routeOptions: { url, config } }: FastifyRequest): boolean {
  if (config.isConsole === true) return false;
  return url === undefined || !(url.startsWith('/api/') || url.startsWith('/health/'));
}

function counter(server: FastifyInstance, max: number): Counter {
  if (max === 0) return unlimited;
  const count = server.createRateLimit({ max, timeWindow: MINUTE_MS });
  return async (request) => {
    const verdict = await count(request);
    return !verdict.isAllowed && verdict.isExceeded ? verdict.ttlInSeconds : undefined;
  };
}

function unlimited(): Promise<undefined> {
  return Promise.resolve(undefined);
}

export function sendTooMany(reply: FastifyReply, error: TooManyRequestsError): FastifyReply {
  return reply
    .status(error.getStatus())
    .header('retry-after', error.retryAfterSeconds)
    .send(errorBodyOf(error, reply.request.id));
}
