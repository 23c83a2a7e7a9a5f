import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { DatabaseReadOnlyError, DatabaseUnavailableError } from '../database/database-unavailable-error.js';
import { errorBodyOf } from './api-error.filter.js';

describe('the answer to a failed request', () => {
  it('has the status, its name and the message of an exception meant for the caller', () => {
    expect(errorBodyOf(new ForbiddenException('not you'))).toEqual({
      statusCode: 403,
      error: 'Forbidden',
      message: 'not you',
    });
    expect(errorBodyOf(new HttpException('a teapot', 418))).toEqual({
      statusCode: 418,
      error: "I'm a Teapot",
      message: 'a teapot',
    });
  });

  it('keeps a list of problems', () => {
    const message = ['name must be a string', 'count must be an integer number'];
    expect(errorBodyOf(new BadRequestException(message))).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message,
    });
  });

  it('keeps other fields of an exception, in the same shape', () => {
    const report = { status: 'error', error: { database: { status: 'down' } }, details: { a: 1 } };
    expect(errorBodyOf(new ServiceUnavailableException(report))).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'Service Unavailable Exception',
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
    });
  });

  it('asks for a retry when the database does not answer', () => {
    expect(errorBodyOf(new DatabaseUnavailableError(new Error('connect ECONNREFUSED 10.0.0.1')))).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'the database does not answer; try again in a while',
    });
  });

  it('reports a read-only database', () => {
    expect(errorBodyOf(new DatabaseReadOnlyError(new Error('cannot execute INSERT')))).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'the database takes no changes now; try again in a while',
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
    });
  });
});
