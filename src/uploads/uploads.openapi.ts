import { applyDecorators } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiGoneResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiServiceUnavailableResponse,
} from '@nestjs/swagger';
import type { Schema } from '../http/openapi/openapi-types.js';
import { UPLOAD_BYTES_TYPE } from '../http/body-types.js';
import { CHUNK_ID_HEADER } from './upload-requests.js';

const COUNT: Schema = { type: 'integer', minimum: 0 };

const HEADERS = {
  'Upload-Offset': { description: 'Number of bytes that arrived for good.', schema: COUNT },
  'Upload-Length': { description: 'Number of bytes of the recording.', schema: COUNT },
  'Upload-Expires': {
    description: 'When the upload expires unless more bytes come; an HTTP date. Not when it is complete.',
    schema: { type: 'string' } as Schema,
  },
  [CHUNK_ID_HEADER]: {
    description: 'The chunk of the recording, once all bytes have arrived.',
    schema: { type: 'string', format: 'uuid' } as Schema,
  },
  Location: { description: 'The path of the upload.', schema: { type: 'string' } as Schema },
};

const STATE_HEADERS = {
  'Upload-Offset': HEADERS['Upload-Offset'],
  'Upload-Expires': HEADERS['Upload-Expires'],
  [CHUNK_ID_HEADER]: HEADERS[CHUNK_ID_HEADER],
};

const BYTES_BODY = { [UPLOAD_BYTES_TYPE]: { schema: { type: 'string', format: 'binary' } as Schema } };

const SpeaksTus = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Tus-Resumable',
      required: true,
      description: 'Version of the protocol.',
      schema: { type: 'string', enum: ['1.0.0'] },
    }),
    ApiResponse({ status: 412, description: 'Tus-Resumable is not 1.0.0' }),
  );

const OfAnUpload = (): MethodDecorator =>
  applyDecorators(
    SpeaksTus(),
    ApiNotFoundResponse({ description: 'No such upload' }),
    ApiGoneResponse({ description: 'The upload has expired, or was refused; begin a new one' }),
    ApiResponse({ status: 423, description: 'Another request holds the upload; try again' }),
  );

const TakesBytes = (): MethodDecorator =>
  applyDecorators(
    ApiResponse({ status: 507, description: 'There is no space for the recording' }),
    ApiServiceUnavailableResponse({ description: 'The bytes could not be stored now; try again' }),
  );

export const DescribesOptions = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'What is supported of the tus protocol, and the largest upload' }),
    ApiNoContentResponse({ description: 'In Tus-Version, Tus-Extension and Tus-Max-Size' }),
  );

export const DescribesCreation = (): MethodDecorator =>
  applyDecorators(
    SpeaksTus(),
    TakesBytes(),
    ApiOperation({
      summary: 'Begin a resumable upload of a recording',
      description:
        'By the tus protocol 1.0 (https://tus.io/protocols/resumable-upload). The body may have the first bytes already. ' +
        'When the last byte has arrived, the recording is a chunk of the conversation, as one of a form.',
      requestBody: { required: false, content: BYTES_BODY },
    }),
    ApiHeader({
      name: 'Upload-Length',
      required: true,
      description: 'Number of bytes of the recording; it cannot be deferred.',
      schema: { type: 'integer', minimum: 1 },
    }),
    ApiHeader({
      name: 'Upload-Metadata',
      required: true,
      description:
        'Pairs of a name and its value in Base64, separated by commas: `conversationId`, and if you like `position`, ' +
        '`filename`, `filetype` (its media type) and `idempotencyKey`.',
      example: 'conversationId MDE5M2YxYTItN2M0ZC03ZTVmLTg5MGEtMWIyYzNkNGU1ZjYw,filename cGFydC0xLm1wMw==',
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A repeat returns the same upload, or one that is the same chunk.',
    }),
    ApiCreatedResponse({
      description: 'The upload. A repeat has an Upload-Offset to go on from',
      headers: { Location: HEADERS.Location, ...STATE_HEADERS },
    }),
    ApiNotFoundResponse({ description: 'No such conversation' }),
    ApiConflictResponse({
      description:
        'The conversation is finished, or the key belongs to an unfinished upload of another length',
    }),
  );

export const DescribesState = (): MethodDecorator =>
  applyDecorators(
    OfAnUpload(),
    ApiOperation({
      summary: 'How much of an upload has arrived, and which chunk it is',
      description: 'A complete upload is remembered for UPLOAD_EXPIRY_HOURS.',
    }),
    ApiOkResponse({
      description: 'In the headers',
      headers: { ...STATE_HEADERS, 'Upload-Length': HEADERS['Upload-Length'] },
    }),
    ApiConflictResponse({ description: 'The conversation is finished; the bytes were removed' }),
  );

export const DescribesPatch = (): MethodDecorator =>
  applyDecorators(
    OfAnUpload(),
    TakesBytes(),
    ApiOperation({
      summary: 'Send bytes of an upload',
      requestBody: { required: true, content: BYTES_BODY },
    }),
    ApiHeader({
      name: 'Upload-Offset',
      required: true,
      description: 'Number of bytes that arrived before: that of HEAD.',
      schema: { type: 'integer', minimum: 0 },
    }),
    ApiNoContentResponse({
      description: 'Stored. With the last byte the recording has become a chunk',
      headers: STATE_HEADERS,
    }),
    ApiConflictResponse({ description: 'The offset is another one, or the conversation is finished' }),
  );

export const DescribesTermination = (): MethodDecorator =>
  applyDecorators(
    OfAnUpload(),
    ApiOperation({ summary: 'End an unfinished upload, and remove its bytes' }),
    ApiNoContentResponse({ description: 'Removed' }),
    ApiConflictResponse({ description: 'The upload is complete, and a chunk' }),
  );
