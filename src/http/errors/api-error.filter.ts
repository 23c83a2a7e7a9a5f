import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseUnavailableError } from '../../database/database-unavailable-error.js';
import { errorBodyOf, INTERNAL_SERVER_ERROR } from './error-body.js';

/**
 * Converts every error to the API's error format:
 * `{ statusCode, error, message, code, requestId }`.
 */
@Catch()
export class ApiErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const body = errorBodyOf(exception, request.id);
    // The route, not the URL: a query may contain data that must not be logged.
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown route'}`;
    const suffix = `requestId=${request.id}`;
    if (exception instanceof DatabaseUnavailableError) {
      this.logger.warn(`${route}: ${exception.message} ${suffix}`);
    } else if (body.statusCode === INTERNAL_SERVER_ERROR) {
      const stack = exception instanceof Error ? exception.stack : String(exception);
      this.logger.error(`${route} failed ${suffix}`, stack);
    }
    if (reply.sent || reply.raw.destroyed) return;
    void reply.status(body.statusCode).send(body);
  }
}
