import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

/**
 * Builds the body of an upload (RFC 7578) that is read from the file while it is sent. `FormData`
 * needs the whole file in memory on Node 20, or warns that its way around that is experimental.
 *
 * @param field name of the form's field
 */
export function multipartBody(
  field: string,
  file: { path: string; name: string },
): { contentType: string; body: ReadableStream } {
  const boundary = `ringback-${randomUUID()}`;
  const parts = async function* () {
    yield Buffer.from(
      `--${boundary}\r\n` +
        `Content-Disposition: form-data; name="${field}"; filename="${escapeName(file.name)}"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    );
    yield* createReadStream(file.path) as AsyncIterable<Buffer>;
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  };
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Readable.toWeb(Readable.from(parts(), { objectMode: false })) as ReadableStream,
  };
}

/** Escapes a name as browsers do: https://html.spec.whatwg.org/#multipart-form-data. */
function escapeName(name: string): string {
  return name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
}
