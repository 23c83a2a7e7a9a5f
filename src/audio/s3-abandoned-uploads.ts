import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  NoSuchUpload,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

/** Stores that do not list uploads end them by a rule of their own; not every key may list them either. */
const NOT_LISTABLE = new Set(['NotImplemented', 'MethodNotAllowed', 'AccessDenied']);

/**
 * Aborts multipart uploads that were begun and not ended. Their parts are stored, and paid for, and show in no list of objects.
 * Aborting one that is gone already is harmless.
 *
 * @param which.olderThan only those begun before; all when not given
 * @returns how many were aborted; 0 where the store does not list them
 */
export async function abortUploads(
  client: S3Client,
  which: { bucket: string; prefix?: string; olderThan?: Date },
): Promise<number> {
  let aborted = 0;
  for await (const upload of listUploads(client, which)) {
    const isYoung =
      which.olderThan !== undefined && (upload.Initiated ?? new Date()).getTime() > which.olderThan.getTime();
    if (isYoung) continue;
    await abortUpload(client, { Bucket: which.bucket, Key: upload.Key, UploadId: upload.UploadId });
    aborted += 1;
  }
  return aborted;
}

async function* listUploads(
  client: S3Client,
  { bucket, prefix }: { bucket: string; prefix?: string },
): AsyncGenerator<MultipartUpload> {
  let marker: { KeyMarker?: string; UploadIdMarker?: string } = {};
  for (;;) {
    const page = await listPage(client, { Bucket: bucket, Prefix: prefix, ...marker });
    yield* page?.Uploads ?? [];
    if (page?.IsTruncated !== true) return;
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}

async function listPage(
  client: S3Client,
  input: ConstructorParameters<typeof ListMultipartUploadsCommand>[0],
) {
  try {
    return await client.send(new ListMultipartUploadsCommand(input));
  } catch (error) {
    if (error instanceof S3ServiceException && NOT_LISTABLE.has(error.name)) return undefined;
    throw error;
  }
}

/** One that has ended, or was aborted already, is left as it is. */
export async function abortUpload(
  client: S3Client,
  upload: { Bucket: string; Key: string | undefined; UploadId: string | undefined },
): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand(upload));
  } catch (error) {
    if (!(error instanceof NoSuchUpload)) throw error;
  }
}
