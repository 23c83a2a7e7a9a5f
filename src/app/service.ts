import { errorMessage } from '../errors/error-message.js';
import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type PreparedStart } from './app.module.js';
import { AudioStorage } from '../audio/audio-storage.js';
import type { AppConfig } from '../config/app-config.js';
import { Networks } from '../config/networks.js';
import { describeApi } from '../http/openapi/api-docs.js';
import { installApiKeyCheck } from '../http/api-key-check.js';
import { installBodyTimeout } from '../http/body-timeout.js';
import { installBodyLimits } from '../http/body-limit.js';
import { installBodyTypes } from '../http/body-types.js';
import {
  answerClientError,
  answerFrameworkError,
  installStoppingAnswer,
} from '../http/errors/errors-before-routing.js';
import { installRequestId, requestIdOf } from '../http/errors/request-id.js';
import { CONSOLE_FOLDER } from '../http/console/console-folder.js';
import { installConsole } from '../http/console/install-console.js';
import { installForwardedAddresses } from '../http/forwarded-addresses.js';
import { installNestingLimit } from '../http/nesting-limit.js';
import { RateLimits } from '../http/rate-limits.js';
import { installRequestLog } from '../http/request-log.js';
import { installSecurityHeaders } from '../http/security-headers.js';
import { installOpenAccess } from '../http/sessions/own-origin.js';
import { installSessionBodyLimit } from '../http/sessions/session-body-limit.js';
import { SessionsRepository } from '../http/sessions/sessions.repository.js';
import { validationPipe } from '../http/validation.js';
import { startMetricsServer } from '../observability/metrics-server.js';
import { Metrics } from '../observability/metrics.js';
import { installCallbackAuth } from '../webhooks/callback-auth.hook.js';

/**
 * JSON bodies hold settings and hotwords. Recordings are sent as multipart and streamed, so this
 * limit does not apply.
 */
const MAX_JSON_BYTES = 1_048_576;

/** Time limit for a body of at most `MAX_JSON_BYTES`; every usable connection is faster. */
const BODY_TIMEOUT_MS = 60_000;

/**
 * Closes a connection that is idle for this long, such as one that sends half a body and keeps its
 * socket occupied. Every answer of the service takes less time.
 */
const IDLE_CONNECTION_TIMEOUT_MS = 300_000;

/**
 * Closes a request that is still sending after this time during a stop. Its sender has no answer
 * yet, and sends it again.
 */
const HTTP_GRACE_MS = 10_000;

export interface ServiceOptions {
  /** Milliseconds within which a JSON body must arrive. */
  bodyTimeoutMs?: number;
  /** Folder of the built console. */
  consoleFolder?: string;
}

export interface RunningService {
  app: INestApplicationContext;
  /** Address the service listens on; undefined for a worker without HTTP. */
  url?: string;
  /**
   * Refuses new requests, waits a limited time for running requests and jobs, and closes
   * everything. Resolves when nothing is left open. Call it once only.
   */
  stop(): Promise<void>;
}

/**
 * Creates the configured service: everything is connected, migrated and listening when the promise
 * resolves.
 */
export async function createService(
  prepared: PreparedStart,
  { bodyTimeoutMs = BODY_TIMEOUT_MS, consoleFolder = CONSOLE_FOLDER }: ServiceOptions = {},
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
    // Fastify's own parser accepts JSON only; Nest's would accept forms as well.
    { abortOnError: false, logger, bodyParser: false },
  );
  try {
    await installAccessHooks(app, config, bodyTimeoutMs);
    await app.register(multipart);
    app.useGlobalPipes(validationPipe());
    describeApi(app);
    if (config.http.console) {
      const mediaOrigin = await app.get(AudioStorage).publicOrigin();
      await installConsole(app.getHttpAdapter().getInstance(), { folder: consoleFolder, mediaOrigin });
    }
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
    genReqId: requestIdOf,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    return503OnClosing: false,
  });
}

/**
 * Closes a partly started service. An error of the close is only logged, so that the caller reports
 * why the start failed.
 */
async function closeAfterFailure(app: INestApplicationContext): Promise<void> {
  try {
    await app.close();
  } catch (error) {
    const reason = errorMessage(error);
    new Logger('Ringback').warn(`the partly started service did not close cleanly: ${reason}`);
  }
}

/** Installs the hooks that run before every route. */
async function installAccessHooks(
  app: NestFastifyApplication,
  config: AppConfig,
  bodyTimeoutMs: number,
): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  const limits = app.get(RateLimits);
  const { callbackNetworks } = config.http;
  installForwardedAddresses(server, config.http.trustProxy);
  installRequestId(server);
  await installSecurityHeaders(server);
  installRequestLog(server);
  installStoppingAnswer(server);
  installBodyTimeout(server, bodyTimeoutMs);
  await limits.install(server);
  await server.register(cookie);
  installSessionBodyLimit(server);
  if (config.http.apiKeys.length === 0) installOpenAccess(server, config.http.trustProxy);
  else {
    installApiKeyCheck(server, { keys: config.http.apiKeys, limits, sessions: app.get(SessionsRepository) });
  }
  installBodyLimits(server);
  installBodyTypes(server);
  installNestingLimit(server);
  installCallbackAuth(server, {
    secrets: config.transcription.callbackSecrets,
    allowed: callbackNetworks.length === 0 ? undefined : new Networks(callbackNetworks),
    countRefusal: (request) => limits.countRefusal(request),
    metrics: app.get(Metrics),
  });
}

/**
 * Closes HTTP before everything else: requests accepted until then are stored, and their jobs wait
 * in the queue.
 */
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
