import type { HttpExceptionOptions } from '@nestjs/common';

/** Codes of errors that have no code of their own, by status. */
const GENERAL_CODES = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'request_timeout',
  409: 'conflict',
  410: 'gone',
  412: 'precondition_failed',
  413: 'too_large',
  414: 'url_too_long',
  415: 'unsupported_media_type',
  416: 'range_not_satisfiable',
  429: 'too_many_requests',
  431: 'headers_too_large',
  500: 'internal',
  502: 'bad_gateway',
  503: 'unavailable',
  507: 'storage_full',
} as const;

/** Codes of errors after which a caller would act differently than after others of the status. */
const SPECIFIC_CODES = [
  'validation_failed',
  'foreign_origin',
  'foreign_host',
  'conversation_finished',
  'chunk_completed',
  'no_first_stage_text',
  'recording_gone',
  'recording_unreachable',
  'no_position_left',
  'external_id_taken',
  'stale_revision',
  'no_text',
  'not_finalized',
  'too_many_endpoints',
  'endpoint_disabled',
  'not_audio',
  'no_audio_track',
  'no_sound',
  'wrong_offset',
  'upload_completed',
  'upload_locked',
  'transcript_too_long',
] as const;

/** Every value of `code` in an error's body. A code is never renamed, as callers compare it. */
export const ERROR_CODES = [...Object.values(GENERAL_CODES), ...SPECIFIC_CODES];

export type ErrorCode = (typeof ERROR_CODES)[number];

const BAD_REQUEST = 400;
const INTERNAL_SERVER_ERROR = 500;

/** Gives an exception a code other than the general one of its status. */
export function withCode(code: ErrorCode, cause?: unknown): HttpExceptionOptions {
  return { errorCode: code, cause };
}

/** @returns the code of an error that has none of its own */
export function generalCode(statusCode: number, message: string | readonly string[]): ErrorCode {
  // Only problems with single fields are reported as a list.
  if (statusCode === BAD_REQUEST && Array.isArray(message)) return 'validation_failed';
  const known: Readonly<Record<number, ErrorCode>> = GENERAL_CODES;
  return (
    known[statusCode] ??
    GENERAL_CODES[statusCode < INTERNAL_SERVER_ERROR ? BAD_REQUEST : INTERNAL_SERVER_ERROR]
  );
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return (ERROR_CODES as readonly unknown[]).includes(value);
}
