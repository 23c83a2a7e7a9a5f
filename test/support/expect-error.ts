import { expect } from 'vitest';
import type { ErrorCode } from '../../src/http/errors/error-codes.js';

const ERROR_NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

/**
 * Expects the uniform shape of errors; the message is a text or a list of texts, and never empty.
 *
 * @param code expected code; any when not given
 */
export function expectError(
  { status, body }: { status: number; body: unknown },
  wanted: number,
  code?: ErrorCode,
): void {
  expect([status, body]).toEqual([
    wanted,
    {
      statusCode: wanted,
      error: ERROR_NAMES[wanted],
      message: expect.anything() as unknown,
      code: code ?? (expect.stringMatching(/^[a-z]+(_[a-z]+)*$/) as unknown),
      requestId: expect.stringMatching(/^\S+$/) as unknown,
    },
  ]);
  const { message } = body as { message: unknown };
  const messages: unknown[] = Array.isArray(message) ? message : [message];
  expect(messages.length).toBeGreaterThan(0);
  for (const text of messages) expect(text).toMatch(/\S/);
}
