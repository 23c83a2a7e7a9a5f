import rateLimit from '@fastify/rate-limit';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { Metrics } from '../observability/metrics.js';
import { errorBodyOf } from './api-error.filter.js';
import { TooManyRequestsError } from './too-many-requests-error.js';

const MINUTE_MS = 60_000;
/** Addresses that are counted at a time; beyond that the one that was not seen for longest is forgotten. */
const COUNTED_ADDRESSES = 10_000;

/** @returns whole seconds until the caller may come again, or undefined while it may */
type Counter = (request: FastifyRequest) => Promise<number | undefined>;

/**
 * How often one address may come without a key: to what asks for none, and with wrong ones. Who has the right key or secret is
 * never counted nor refused, whatever others send from the same address.
 *
 * Counted in each process for itself, by the minute, an IPv6 network of 64 bits as one address.
 */
@Injectable()
export class RateLimits {
  private countRefused: Counter = unlimited;

  constructor(
    private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {}

  /** To be called once, before there are routes. */
  async install(server: FastifyInstance): Promise<void> {
    await server.register(rateLimit, { global: false, cache: COUNTED_ADDRESSES });
    const { publicRateLimit, refusedRateLimit } = this.config.http;
    this.countRefused = counter(server, refusedRateLimit);
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

  /** Counts a request whose key or secret is wrong, or missing. */
  async refused(request: FastifyRequest): Promise<TooManyRequestsError | undefined> {
    const waitSeconds = await this.countRefused(request);
    return waitSeconds === undefined ? undefined : new TooManyRequestsError(waitSeconds);
  }
}

/**
 * What asks for no key and does some work: documentation, metrics, and what there is not. Not `/api`, where the key decides. Nor
 * the health of the service: a load balancer that was told to stay away would take a healthy process for a dead one.
 */
function isLimited({ routeOptions: { url } }: FastifyRequest): boolean {
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
    .send(errorBodyOf(error));
}
