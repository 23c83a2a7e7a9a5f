import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseReadOnlyError, DatabaseUnavailableError } from '../database/database-unavailable-error.js';

const INTERNAL_SERVER_ERROR = 500;
const SERVICE_UNAVAILABLE = 503;

interface ErrorBody extends Record<string, unknown> {
  statusCode: number;
  error: string;
  message: string | string[];
}

/** Converts every error to the API's error format: `{ statusCode, error, message }`. */
@Catch()
export class ApiErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const body = errorBodyOf(exception);
    const request = http.getRequest<FastifyRequest>();
    // The route, not the URL: a query may contain data that must not be logged.
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown route'}`;
    if (exception instanceof DatabaseUnavailableError) this.logger.warn(`${route}: ${exception.message}`);
    else if (body.statusCode === INTERNAL_SERVER_ERROR) {
      const stack = exception instanceof Error ? exception.stack : String(exception);
      this.logger.error(`${route} failed`, stack);
    }
    if (reply.sent || reply.raw.destroyed) return;
    void reply.status(body.statusCode).send(body);
  }
}

/** Builds the error body of a failed request; internal errors are not revealed. */
export function errorBodyOf(exception: unknown): ErrorBody {
  if (exception instanceof HttpException) return fromHttpException(exception);
  if (exception instanceof DatabaseReadOnlyError) {
    return bodyOf(SERVICE_UNAVAILABLE, 'the database takes no changes now; try again in a while');
  }
  if (exception instanceof DatabaseUnavailableError) {
    return bodyOf(SERVICE_UNAVAILABLE, 'the database does not answer; try again in a while');
  }
  const statusCode = clientErrorStatus(exception);
  if (statusCode !== undefined && exception instanceof Error) return bodyOf(statusCode, exception.message);
  return bodyOf(INTERNAL_SERVER_ERROR, 'something went wrong here; the log of the service has the details');
}

function fromHttpException(exception: HttpException): ErrorBody {
  const response = exception.getResponse();
  const statusCode = exception.getStatus();
  if (typeof response === 'string') return bodyOf(statusCode, response);
  const { message, ...rest } = response as { message?: string | string[] };
  return { ...rest, ...bodyOf(statusCode, message ?? exception.message) };
}

/** Fastify and its plugins mark errors of the caller with a 4xx `statusCode`. */
function clientErrorStatus(exception: unknown): number | undefined {
  if (typeof exception !== 'object' || exception === null || !('statusCode' in exception)) return undefined;
  const { statusCode } = exception;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

function bodyOf(statusCode: number, message: string | string[]): ErrorBody {
  return { statusCode, error: STATUS_CODES[statusCode] ?? 'Error', message };
}
