import multipart from '@fastify/multipart';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { AppModule, type PreparedStart } from './app.module.js';
import type { AppConfig } from '../config/app-config.js';
import { Networks } from '../config/networks.js';
import { errorBodyOf } from '../http/api-error.filter.js';
import { describeApi } from '../http/api-docs.js';
import { installApiKeyCheck } from '../http/api-key-check.js';
import { installBodyTimeout } from '../http/body-timeout.js';
import { installBodyTypes } from '../http/body-types.js';
import { installForwardedAddresses } from '../http/forwarded-addresses.js';
import { installNestingLimit } from '../http/nesting-limit.js';
import { RateLimits } from '../http/rate-limits.js';
import { installRequestLog } from '../http/request-log.js';
import { installSecurityHeaders } from '../http/security-headers.js';
import { validationPipe } from '../http/validation.js';
import { startMetricsServer } from '../observability/metrics-server.js';
import { Metrics } from '../observability/metrics.js';
import { installCallbackAuth } from '../webhooks/callback-auth.hook.js';

/** JSON bodies are settings and hotwords; recordings come as multipart, and are streamed past this limit. */
const MAX_JSON_BYTES = 1_048_576;

/** For a body of at most that size: slower than any line that anybody works over, and far too slow to be held for. */
const BODY_TIMEOUT_MS = 60_000;

/**
 * A connection on which nothing moves for this long is closed: half a body, sent to hold a place for ever. Longer than any answer
 * of ours takes.
 */
const IDLE_CONNECTION_TIMEOUT_MS = 300_000;

/** A request that is still sending after this is cut: its sender has no answer yet, and sends it again. */
const HTTP_GRACE_MS = 10_000;

export interface ServiceOptions {
  /** Milliseconds until a body of JSON must be there. */
  bodyTimeoutMs?: number;
}

export interface RunningService {
  app: INestApplicationContext;
  /** Where it listens; undefined for a worker without HTTP. */
  url?: string;
  /**
   * Takes no more requests, lets running ones and running jobs end, both bounded in time, and closes everything. Resolves when
   * nothing is left. To be called once.
   */
  stop(): Promise<void>;
}

/** Makes the service of a configuration: everything is connected, migrated and listening when the promise resolves. */
export async function makeService(
  prepared: PreparedStart,
  { bodyTimeoutMs = BODY_TIMEOUT_MS }: ServiceOptions = {},
): Promise<RunningService> {
  const { config, logger } = prepared;
  const module = AppModule.for(prepared);
  if (config.role === 'worker') {
    const app = await NestFactory.createApplicationContext(module, { abortOnError: false, logger });
    const { metricsPort } = config.http;
    const metricsServer =
      metricsPort === undefined ? undefined : await startMetricsServer(app, config.http.host, metricsPort);
    new Logger('Ringback').log('taking jobs');
    const stop = async (): Promise<void> => {
      await app.close();
      await metricsServer?.close();
    };
    return { app, stop };
  }
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    httpAdapter(config),
    // Fastify's own parser takes JSON; Nest's would take forms as well.
    { abortOnError: false, logger, bodyParser: false },
  );
  try {
    await installAccessHooks(app, config, bodyTimeoutMs);
    await app.register(multipart);
    app.useGlobalPipes(validationPipe());
    describeApi(app);
    await app.listen(config.http.port, config.http.host);
  } catch (error) {
    await closeAfterFailure(app);
    throw error;
  }
  const url = await app.getUrl();
  new Logger('Ringback').log(`listening on ${url}, API documentation on ${url}/docs`);
  const stop = async (): Promise<void> => {
    await closeHttp(app);
    await app.close();
  };
  return { app, url, stop };
}

function httpAdapter({ http: { trustProxy } }: AppConfig): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: MAX_JSON_BYTES,
    connectionTimeout: IDLE_CONNECTION_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    trustProxy:
      typeof trustProxy === 'number'
        ? (_address: string, hop: number) => hop < trustProxy
        : trustProxy !== false && [...trustProxy],
    // Of URLs that are broken or too long; no filter sees these.
    frameworkErrors: (error: unknown, _request: unknown, reply: FastifyReply) => {
      const body = errorBodyOf(error);
      void reply.status(body.statusCode).send(body);
    },
  });
}

/** Why the start failed is the last word; that half a service does not close well is a matter of course. */
async function closeAfterFailure(app: INestApplicationContext): Promise<void> {
  try {
    await app.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    new Logger('Ringback').warn(`what had started did not close well: ${reason}`);
  }
}

/** In front of all routes. */
async function installAccessHooks(
  app: NestFastifyApplication,
  config: AppConfig,
  bodyTimeoutMs: number,
): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  const limits = app.get(RateLimits);
  const { callbackNetworks } = config.http;
  installForwardedAddresses(server, config.http.trustProxy);
  await installSecurityHeaders(server);
  installRequestLog(server);
  installBodyTimeout(server, bodyTimeoutMs);
  await limits.install(server);
  installApiKeyCheck(server, { keys: config.http.apiKeys, limits, metrics: app.get(Metrics) });
  installBodyTypes(server);
  installNestingLimit(server);
  installCallbackAuth(server, {
    secrets: config.transcription.callbackSecrets,
    allowed: callbackNetworks.length === 0 ? undefined : new Networks(callbackNetworks),
    refused: (request) => limits.refused(request),
    metrics: app.get(Metrics),
  });
}

/** HTTP goes first: what is accepted until then is stored, and its jobs wait in the queue. */
async function closeHttp(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, HTTP_GRACE_MS);
  try {
    await app.getHttpAdapter().getInstance().close();
  } finally {
    clearTimeout(timer);
  }
}
