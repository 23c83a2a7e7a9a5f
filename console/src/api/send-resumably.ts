import type { DetailedError, Upload } from 'tus-js-client';
import { ApiError, answerError, apiUrl } from './client';
import type { OutgoingRecording } from './send-recording';

/** Loaded when a file is sent, as no other page needs it. */
const loadClient = () => import('tus-js-client');

/**
 * Sends a file as a chunk of a conversation, and goes on where an earlier try stopped: one of this
 * page, or one before it was loaded again.
 *
 * @param options.onProgress is told the share that has been sent, from 0 to 1
 * @throws ApiError, or the signal's reason when it was aborted
 */
export async function sendResumably(
  recording: OutgoingRecording,
  options: { signal: AbortSignal; onProgress: (share: number) => void },
): Promise<void> {
  const { signal, onProgress } = options;
  const upload = await uploadOf(recording);
  const [previous] = await upload.findPreviousUploads();
  if (previous !== undefined) upload.resumeFromPreviousUpload(previous);
  upload.options.onProgress = (sent, total) => onProgress(total > 0 ? sent / total : 0);
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      void upload.abort();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort);
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', abort);
      settle();
    };
    upload.options.onSuccess = () => end(resolve);
    upload.options.onError = (error) => end(() => reject(errorOf(error)));
    upload.start();
  });
}

/** Ends an upload that will not go on. One that cannot be reached now expires by itself. */
export async function endUpload(recording: OutgoingRecording): Promise<void> {
  const { Upload: UploadClass } = await loadClient();
  const upload = await uploadOf(recording);
  for (const { uploadUrl, urlStorageKey } of await upload.findPreviousUploads()) {
    await upload.options.urlStorage?.removeUpload(urlStorageKey);
    if (uploadUrl !== null) await UploadClass.terminate(uploadUrl, { retryDelays: null });
  }
}

async function uploadOf(recording: OutgoingRecording): Promise<Upload> {
  const { Upload: UploadClass, defaultOptions } = await loadClient();
  const { audio, idempotencyKey } = recording;
  return new UploadClass(audio, {
    urlStorage: defaultOptions.urlStorage,
    endpoint: apiUrl('uploads'),
    // Whoever calls tries again, and shows that it does.
    retryDelays: null,
    fingerprint: () => Promise.resolve(idempotencyKey),
    removeFingerprintOnSuccess: true,
    metadata: {
      conversationId: recording.conversationId,
      position: String(recording.position),
      filename: recording.fileName,
      filetype: audio.type,
      idempotencyKey,
    },
  });
}

function errorOf(error: Error | DetailedError): ApiError {
  const response = 'originalResponse' in error ? error.originalResponse : null;
  if (response === null) return new ApiError(0, 'offline', [], null);
  return answerError({
    status: response.getStatus(),
    statusText: '',
    body: response.getBody(),
    requestId: response.getHeader('x-request-id') ?? null,
  });
}
