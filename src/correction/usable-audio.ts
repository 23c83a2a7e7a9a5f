import { audioLimitsOf } from '../providers/language-models/audio-limits.js';
import type { ModelRequest } from '../providers/language-models/language-model.js';
import { modelMimeType } from '../providers/language-models/model-mime-type.js';

export interface Recording {
  bytes: Buffer;
  mimeType: string;
}

/** The recording to send to a model, or a sentence that says why none is sent. */
export type UsableAudio =
  | { audio: NonNullable<ModelRequest['audio']>; omission?: undefined }
  | { audio?: undefined; omission: string };

/**
 * Decides whether the recording is sent to a model. If not, the note must say so.
 *
 * @param recording null when there is no recording to send
 * @param options.maxBytes largest recording that is sent to this model, before encoding
 * @param options.omittedReason why there is no recording: a short clause such as "it could not be
 * read"
 */
export function usableAudio(
  recording: Recording | null,
  options: { model: string; maxBytes: number; omittedReason?: string },
): UsableAudio {
  const { model, maxBytes, omittedReason } = options;
  if (recording === null) {
    const reason = omittedReason === undefined ? '' : ` (${omittedReason})`;
    return { omission: `The recording was not used${reason}; this is corrected from the text only.` };
  }
  const { bytes } = recording;
  if (bytes.length > maxBytes) {
    return {
      omission: 'The recording was too large to listen to; this is corrected from the text only.',
    };
  }
  const mimeType = modelMimeType(recording.mimeType);
  if (!audioLimitsOf(model).mimeTypes.has(mimeType)) {
    return {
      omission: `The model does not take recordings in this format (${mimeType}); this is corrected from the text only.`,
    };
  }
  return { audio: { bytes, mimeType } };
}
