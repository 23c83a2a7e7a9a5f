import { STATUS_CODES } from 'node:http';
import { ERROR_CODES } from '../errors/error-codes.js';

const ERROR_REF = '#/components/schemas/ApiError';
const RESPONSES = '#/components/responses/';
const REQUEST_ID = '#/components/headers/RequestId';

/** Errors that any route may have, and when. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `message` says why',
  401: 'The key or session is missing or not valid',
  403: 'The request comes from a page of another origin, or by a foreign host name',
  404: 'It does not exist',
  413: 'The body is too large',
  415: 'The body has a type that is not read here',
  429: 'Too many requests without a valid key from one address',
  500: 'A fault of the service; its log has the details',
  503: 'The service or its database cannot answer now; try again',
};

export const ERROR_SCHEMA = {
  type: 'object',
  description: 'The body of every error.',
  required: ['statusCode', 'error', 'message', 'code', 'requestId'],
  properties: {
    statusCode: { type: 'integer', description: 'The HTTP status.', example: 409 },
    error: { type: 'string', description: 'The name of the HTTP status.', example: 'Conflict' },
    message: {
      description: 'For people: a sentence, or a list of problems with fields.',
      oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    },
    code: {
      type: 'string',
      enum: ERROR_CODES,
      description: 'For programs: the kind of error, which never changes.',
    },
    requestId: {
      type: 'string',
      description: 'The id of the request, as in the header `X-Request-Id` and in the log.',
    },
  },
};

export const REQUEST_ID_HEADERS = { 'X-Request-Id': { $ref: REQUEST_ID } };

export const REQUEST_ID_COMPONENT = {
  description: 'The id of the request: the one that the caller sent, or a new one.',
  schema: { type: 'string' },
};

export const errorContent = { 'application/json': { schema: { $ref: ERROR_REF } } };

/** Returns responses for `components`, by name. */
export function commonResponses(statuses: ReadonlySet<number>): Record<string, object> {
  return Object.fromEntries(
    [...statuses]
      .sort()
      .map((status) => [
        nameOf(status),
        { description: DESCRIPTIONS[status] ?? '', headers: REQUEST_ID_HEADERS, content: errorContent },
      ]),
  );
}

export function commonResponse(status: number): { $ref: string } {
  return { $ref: `${RESPONSES}${nameOf(status)}` };
}

function nameOf(status: number): string {
  return (STATUS_CODES[status] ?? '').replaceAll(/\W/g, '');
}
