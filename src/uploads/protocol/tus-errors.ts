import {
  BadRequestException,
  ConflictException,
  GoneException,
  NotFoundException,
  PayloadTooLargeException,
  PreconditionFailedException,
} from '@nestjs/common';
import { ERRORS } from '@tus/server';
import { withCode } from '../../http/errors/error-codes.js';

const PRECONDITION_FAILED = 412;
const INTERNAL_SERVER_ERROR = 500;

export const noUpload = (id: string): NotFoundException => new NotFoundException(`there is no upload ${id}`);

export const uploadGone = (id: string): GoneException =>
  new GoneException(`upload ${id} has expired or was refused; begin a new one`);

export const uploadCompleted = (id: string): ConflictException =>
  new ConflictException(
    `upload ${id} is complete, and a chunk of its conversation; delete the conversation to remove it`,
    withCode('upload_completed'),
  );

export const lengthRequired = (): BadRequestException =>
  new BadRequestException([
    'Upload-Length must be the size of the recording in bytes; it cannot be deferred',
  ]);

/** Errors of the protocol's library, by its own objects. */
const MEANINGS = new Map<unknown, () => Error>([
  [ERRORS.MISSING_OFFSET, () => new BadRequestException(['Upload-Offset must be a number of bytes'])],
  [
    ERRORS.INVALID_OFFSET,
    () =>
      new ConflictException(
        'Upload-Offset is not the number of bytes that arrived; ask for it with HEAD, and go on from there',
        withCode('wrong_offset'),
      ),
  ],
  [
    ERRORS.ERR_SIZE_EXCEEDED,
    () => new PayloadTooLargeException('the bytes would go beyond the Upload-Length of the upload'),
  ],
  [
    ERRORS.ABORTED,
    () => new BadRequestException('the request was interrupted; ask for the offset, and go on'),
  ],
  [ERRORS.INVALID_LENGTH, lengthRequired],
  [
    ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION,
    () =>
      new BadRequestException([
        'Upload-Concat should not exist: uploads in parallel pieces are not supported',
      ]),
  ],
  [
    ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION,
    () =>
      new BadRequestException(['Upload-Length should not exist: it was given when the upload was created']),
  ],
]);

/** @param thrown an error of the library or of the code that it calls */
export function tusError(thrown: unknown): unknown {
  const meaning = MEANINGS.get(thrown);
  if (meaning !== undefined) return meaning();
  // The library's error for bytes beyond the length in a body of unknown length.
  if (isLibraryError(thrown) && thrown.status_code === ERRORS.ERR_SIZE_EXCEEDED.status_code) {
    return MEANINGS.get(ERRORS.ERR_SIZE_EXCEEDED)?.();
  }
  if (isLibraryError(thrown) && thrown.status_code < INTERNAL_SERVER_ERROR) {
    return new BadRequestException(thrown.body.trim());
  }
  return thrown;
}

/** Converts a refusal that the library made without an error. */
export function tusRefusal(status: number, text: string): Error {
  if (status === PRECONDITION_FAILED) return wrongVersion();
  return new BadRequestException(text.trim());
}

export function wrongVersion(): PreconditionFailedException {
  return new PreconditionFailedException('Tus-Resumable must be 1.0.0, the version of the protocol');
}

function isLibraryError(thrown: unknown): thrown is { status_code: number; body: string } {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'status_code' in thrown &&
    typeof thrown.status_code === 'number' &&
    'body' in thrown &&
    typeof thrown.body === 'string'
  );
}
