import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  HttpException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  DatabaseReadOnlyError,
  DatabaseUnavailableError,
} from '../../database/database-unavailable-error.js';
import { errorBodyOf as bodyOf, type ErrorBody } from './error-body.js';
import { ERROR_CODES, withCode } from './error-codes.js';

const requestId = 'request-7';

const errorBodyOf = (exception: unknown): ErrorBody => bodyOf(exception, requestId);

describe('the answer to a failed request', () => {
  it('has the status, its name and the message of an exception meant for the caller', () => {
    expect(errorBodyOf(new ForbiddenException('not you'))).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      message: 'not you',
      code: 'forbidden',
      requestId,
    });
    expect(errorBodyOf(new HttpException('a teapot', 418))).toEqual({
      statusCode: 418,
      error: "I'm a Teapot",
      message: 'a teapot',
      code: 'invalid_request',
      requestId,
    });
  });

  it('keeps a list of problems', () => {
    const message = ['name must be a string', 'count must be an integer number'];
    expect(errorBodyOf(new BadRequestException(message))).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message,
      code: 'validation_failed',
      requestId,
    });
  });

  it('keeps other fields of an exception, in the same shape', () => {
    const report = { status: 'error', error: { database: { status: 'down' } }, details: { a: 1 } };
    expect(errorBodyOf(new ServiceUnavailableException(report))).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'Service Unavailable Exception',
      code: 'unavailable',
      requestId,
      status: 'error',
      details: { a: 1 },
    });
  });

  it('keeps a 4xx of the HTTP server', () => {
    const error = Object.assign(new Error('Body is too large'), { statusCode: 413, code: 'FST_ERR' });
    expect(errorBodyOf(error)).toEqual({
      statusCode: 413,
      error: 'Payload Too Large',
      message: 'Body is too large',
      code: 'too_large',
      requestId,
    });
  });

  it('has the code of an exception, which names the reason more closely than the status', () => {
    const body = errorBodyOf(new ConflictException('it is finished', withCode('conversation_finished')));
    expect(body).toEqual({
      statusCode: 409,
      error: 'Conflict',
      message: 'it is finished',
      code: 'conversation_finished',
      requestId,
    });
    const other = new ConflictException({ message: 'it has changed', code: 'stale_revision' });
    expect(errorBodyOf(other)).toMatchObject({ message: 'it has changed', code: 'stale_revision' });
  });

  it('has no code that is not in the list', () => {
    expect(errorBodyOf(new ConflictException({ message: 'no', code: 'made_up' })).code).toBe('conflict');
    expect(ERROR_CODES.filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([]);
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
  });

  it('asks for a retry when the database does not answer', () => {
    expect(errorBodyOf(new DatabaseUnavailableError(new Error('connect ECONNREFUSED 10.0.0.1')))).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'the database does not answer; try again in a while',
      code: 'unavailable',
      requestId,
    });
  });

  it('reports a read-only database', () => {
    expect(errorBodyOf(new DatabaseReadOnlyError(new Error('cannot execute INSERT')))).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'the database takes no changes now; try again in a while',
      code: 'unavailable',
      requestId,
    });
  });

  it.each([
    new Error('connect ECONNREFUSED 10.0.0.1:5432'),
    Object.assign(new Error('relation "secrets" does not exist'), { statusCode: 502 }),
    Object.assign(new Error('weird'), { statusCode: '400' }),
    'a text',
    undefined,
    null,
  ])('hides internal errors: %s', (exception) => {
    expect(errorBodyOf(exception)).toEqual({
      statusCode: 500,
      error: 'Internal Server Error',
      message: 'something went wrong here; the log of the service has the details',
      code: 'internal',
      requestId,
    });
  });
});
