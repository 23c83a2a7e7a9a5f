import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  NoSuchUpload,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

/**
 * Error codes of stores that do not list uploads, and remove old ones themselves, and of keys that
 * may not list them.
 */
const NOT_LISTABLE = new Set(['NotImplemented', 'MethodNotAllowed', 'AccessDenied']);

/**
 * Aborts unfinished multipart uploads. Their parts use paid storage, but appear in no list of
 * objects. Idempotent.
 *
 * @param which.olderThan limits this to uploads begun before; all when not given
 * @param which.inUse returns those of the given keys whose uploads stay
 * @returns how many were aborted; 0 when the store does not list them
 */
export async function abortUploads(
  client: S3Client,
  which: {
    bucket: string;
    prefix?: string;
    olderThan?: Date;
    inUse?: (keys: readonly string[]) => Promise<ReadonlySet<string>>;
  },
): Promise<number> {
  const { olderThan, inUse } = which;
  let aborted = 0;
  for await (const upload of listUploads(client, which)) {
    const isYoung =
      olderThan !== undefined && (upload.Initiated ?? new Date()).getTime() > olderThan.getTime();
    if (isYoung) continue;
    const { Key: key = '' } = upload;
    if (inUse !== undefined && (await inUse([key])).has(key)) continue;
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

/** Aborts an upload. One that has ended, or was aborted already, is ignored. */
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
