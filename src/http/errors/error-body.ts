import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import {
  DatabaseReadOnlyError,
  DatabaseUnavailableError,
} from '../../database/database-unavailable-error.js';
import { type ErrorCode, generalCode, isErrorCode } from './error-codes.js';

export const INTERNAL_SERVER_ERROR = 500;
const SERVICE_UNAVAILABLE = 503;

/** Some bodies have more fields, as the report of `/health/ready` does. */
export interface ErrorBody {
  statusCode: number;
  error: string;
  message: string | string[];
  code: ErrorCode;
  requestId: string;
}

type ErrorWithoutRequest = Omit<ErrorBody, 'requestId'>;

/** Builds the error body of a failed request; internal errors are not revealed. */
export function errorBodyOf(exception: unknown, requestId: string): ErrorBody {
  const { statusCode, error, message, code, ...rest } = describe(exception);
  return { statusCode, error, message, code, requestId, ...rest };
}

function describe(exception: unknown): ErrorWithoutRequest {
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

function fromHttpException(exception: HttpException): ErrorWithoutRequest {
  const response = exception.getResponse();
  const statusCode = exception.getStatus();
  const ownCode: unknown = exception.errorCode;
  if (typeof response === 'string') return bodyOf(statusCode, response, ownCode);
  const {
    message,
    errorCode: _repeated,
    code = ownCode,
    ...rest
  } = response as {
    message?: string | string[];
    errorCode?: unknown;
    code?: unknown;
  };
  return { ...rest, ...bodyOf(statusCode, message ?? exception.message, code) };
}

/** Fastify and its plugins mark errors of the caller with a 4xx `statusCode`. */
function clientErrorStatus(exception: unknown): number | undefined {
  if (typeof exception !== 'object' || exception === null || !('statusCode' in exception)) return undefined;
  const { statusCode } = exception;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

/** @param code ignored when it is not one of the list: Fastify's errors have codes of their own */
function bodyOf(statusCode: number, message: string | string[], code?: unknown): ErrorWithoutRequest {
  return {
    statusCode,
    error: STATUS_CODES[statusCode] ?? 'Error',
    message,
    code: isErrorCode(code) ? code : generalCode(statusCode, message),
  };
}
