import { ApiError, answerError, apiUrl } from './client';
import type { Chunk } from './types';

export interface OutgoingRecording {
  conversationId: string;
  position: number;
  /** The same one at every try, so that a repeat never adds a second chunk. */
  idempotencyKey: string;
  audio: Blob;
  fileName: string;
}

/**
 * Sends a recording as a chunk of a conversation. It uses XMLHttpRequest, as fetch does not report
 * the progress of an upload.
 *
 * @param options.onProgress is told the share that has been sent, from 0 to 1
 * @throws ApiError, or the signal's reason when it was aborted
 */
export function sendRecording(
  recording: OutgoingRecording,
  options: { signal?: AbortSignal; onProgress?: (share: number) => void } = {},
): Promise<Chunk> {
  const { signal, onProgress } = options;
  const form = new FormData();
  // Fields come before the file, so that a wrong one is refused before the file is sent.
  form.append('position', String(recording.position));
  form.append('audio', recording.audio, recording.fileName);
  const request = new XMLHttpRequest();
  request.open('POST', apiUrl(`conversations/${recording.conversationId}/chunks`));
  request.setRequestHeader('idempotency-key', recording.idempotencyKey);
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    if (total > 0) onProgress?.(loaded / total);
  });
  return new Promise<Chunk>((resolve, reject) => {
    const abort = () => {
      request.abort();
      reject(signal?.reason as Error);
    };
    request.addEventListener('load', () => {
      const isAccepted = request.status >= 200 && request.status < 300;
      const chunk = isAccepted ? chunkOf(request.responseText) : undefined;
      if (chunk !== undefined) resolve(chunk);
      else reject(isAccepted ? new ApiError(0, 'offline', [], null) : errorOf(request));
    });
    request.addEventListener('error', () => reject(new ApiError(0, 'offline', [], null)));
    request.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    else request.send(form);
  });
}

/** The page of a login of the network, as in hotels, also answers 200: it has no chunk. */
function chunkOf(body: string): Chunk | undefined {
  try {
    const chunk = JSON.parse(body) as Partial<Chunk> | null;
    return typeof chunk?.id === 'string' ? (chunk as Chunk) : undefined;
  } catch {
    return undefined;
  }
}

function errorOf(request: XMLHttpRequest): ApiError {
  const { status, statusText, responseText: body } = request;
  return answerError({ status, statusText, body, requestId: request.getResponseHeader('x-request-id') });
}
