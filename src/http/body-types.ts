import { isUtf8 } from 'node:buffer';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route accepts a form with a file, besides JSON. */
    takesUploads?: boolean;
    /** The route accepts bytes of a resumable upload, and no other body. */
    takesUploadBytes?: boolean;
  }
}

/**
 * Marks a route that accepts multipart forms. Other routes refuse them instead of dropping fields.
 */
export const TakesUploads = (): MethodDecorator => RouteConfig({ takesUploads: true });

/** Marks a route that accepts a part of a resumable upload, as a stream. */
export const TakesUploadBytes = (): MethodDecorator => RouteConfig({ takesUploadBytes: true });

const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'multipart/form-data';
/** https://tus.io/protocols/resumable-upload#patch */
export const UPLOAD_BYTES_TYPE = 'application/offset+octet-stream';
/** Methods whose body has a meaning (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.1). */
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** The charset parameter of RFC 9110, section 8.3.2; character set names are case-insensitive. */
const CHARSET = /;\s*charset\s*=\s*"?(?<charset>[^";\s]*)/i;
const UTF8_NAMES = new Set(['utf-8', 'utf8']);

/**
 * Refuses bodies that would not be read, or not as intended: types that the route does not accept
 * and JSON in another character set with 415, bytes that are not UTF-8 with 400. JSON is UTF-8 (RFC
 * 8259, section 8.1: https://www.rfc-editor.org/rfc/rfc8259#section-8.1); a lenient parser would
 * store U+FFFD instead.
 */
export function installBodyTypes(server: FastifyInstance): void {
  server.addHook('preParsing', (request, _reply, _payload, done) => {
    done(refusalOf(request));
  });
  // The route reads the stream itself, for hours if need be; a limit of the length is its own.
  server.addContentTypeParser(UPLOAD_BYTES_TYPE, (_request, _payload, done) => {
    done(null);
  });
  // Prototype poisoning is refused, as by default.
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser(['text/plain', JSON_TYPE]);
  server.addContentTypeParser<Buffer>(JSON_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    if (isUtf8(body)) return parseJson(request, body.toString('utf8'), done);
    done(new BadRequestException('the body is not valid UTF-8'));
  });
}

function refusalOf(request: FastifyRequest): UnsupportedMediaTypeException | null {
  const { url, config } = request.routeOptions;
  if (url === undefined || !METHODS_WITH_BODY.has(request.method) || !mayHaveBody(request)) return null;
  if (config.takesUploadBytes === true) {
    return request.mediaType === UPLOAD_BYTES_TYPE
      ? null
      : new UnsupportedMediaTypeException(`the body must be ${UPLOAD_BYTES_TYPE}`);
  }
  const takesUploads = config.takesUploads === true;
  const contentType = request.headers['content-type'] ?? '';
  if (request.mediaType === FORM_TYPE && takesUploads) return null;
  if (request.mediaType !== JSON_TYPE) {
    return new UnsupportedMediaTypeException(
      takesUploads
        ? `the body must be ${FORM_TYPE} with the recording as the file "audio" (curl -F audio=@recording.mp3), or ${JSON_TYPE}`
        : `the body must be ${JSON_TYPE}; other content types are not read here`,
    );
  }
  const charset = CHARSET.exec(contentType)?.groups?.charset;
  return charset === undefined || UTF8_NAMES.has(charset.toLowerCase())
    ? null
    : new UnsupportedMediaTypeException('JSON must be encoded in UTF-8; no other charset is read');
}

/** A content type without a body counts as well: its sender intends to send something. */
function mayHaveBody({ headers }: FastifyRequest): boolean {
  return headers['content-type'] !== undefined || hasBody(headers);
}

/** RFC 9112, section 6: https://www.rfc-editor.org/rfc/rfc9112#section-6 */
export function hasBody(headers: FastifyRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
