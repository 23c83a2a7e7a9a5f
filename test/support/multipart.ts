export interface MultipartPart {
  name: string;
  /** When set, the part is a file. */
  filename?: string;
  content: string | Uint8Array;
}

const BOUNDARY = '----a-boundary-of-the-tests';

/**
 * Builds a multipart body manually, so that a test can break it.
 *
 * @param options.isOpen leaves out the closing boundary, as when a sender stopped in the middle
 */
export function multipart(
  parts: readonly MultipartPart[],
  options: { isOpen?: boolean } = {},
): { contentType: string; body: Buffer } {
  const pieces = parts.flatMap(({ name, filename, content }) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`),
    Buffer.from(
      filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: application/octet-stream`,
    ),
    Buffer.from('\r\n\r\n'),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  const end = options.isOpen === true ? [] : [Buffer.from(`--${BOUNDARY}--\r\n`)];
  return {
    contentType: `multipart/form-data; boundary=${BOUNDARY}`,
    body: Buffer.concat([...pieces, ...end]),
  };
}
