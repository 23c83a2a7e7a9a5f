/**
 * Base class of the errors of a recording. The first three are the sender's fault (413, 415, 400).
 * A missing recording stays missing on retries, an unreadable store may recover, and an invalid key
 * is a defect of the service.
 */
export abstract class AudioError extends Error {
  /** Stable code for logs and metrics. */
  abstract readonly code: string;
}

/** The recording is larger than allowed. */
export class AudioTooLargeError extends AudioError {
  override readonly name = 'AudioTooLargeError';
  readonly code = 'audio_too_large';

  constructor(readonly maxBytes: number) {
    super(
      `The audio is larger than ${maxBytes} bytes; send it in smaller chunks, or raise MAX_UPLOAD_BYTES.`,
    );
  }
}

/**
 * The content cannot be transcribed, whatever its label says, or nothing identifies it as a
 * recording.
 */
export class NotAudioError extends AudioError {
  override readonly name = 'NotAudioError';
  readonly code = 'not_audio';

  constructor(readonly finding: keyof typeof NOT_AUDIO_MESSAGES) {
    super(NOT_AUDIO_MESSAGES[finding]);
  }
}

const NOT_AUDIO_MESSAGES = {
  empty: 'The audio file is empty; send a recording.',
  later_piece:
    'The file is a later piece of a recording: it lacks the beginning, without which it cannot be decoded. Each chunk must ' +
    'be a complete file; in a browser, stop the MediaRecorder and start it anew for each chunk, instead of giving it a timeslice.',
  other_content:
    'The file does not contain audio; send a recording such as MP3, WAV, M4A, Ogg, FLAC or WebM. Other formats are ' +
    'accepted when the file name or the media type says that the file is audio or video.',
  no_audio_track: 'The file is a film without sound: it has no audio track; send a recording that has one.',
  no_sound: 'The recording is empty: it is 0 seconds long; send one that holds sound.',
} as const;

/** The upload ended before its last byte arrived. Nothing was stored. */
export class UploadCutOffError extends AudioError {
  override readonly name = 'UploadCutOffError';
  readonly code = 'upload_cut_off';

  constructor(options?: { cause: unknown }) {
    super('The upload ended before the whole audio had arrived; send it again.', options);
  }
}

/** Stored bytes of an unfinished upload were removed by someone else, so that it cannot go on. */
export class PartsGoneError extends AudioError {
  override readonly name = 'PartsGoneError';
  readonly code = 'parts_gone';

  constructor() {
    super('The bytes received so far are not in the audio store any more; begin a new upload.');
  }
}

/** No recording is stored under this key. */
export class AudioMissingError extends AudioError {
  override readonly name = 'AudioMissingError';
  readonly code = 'audio_missing';

  constructor(readonly key: string) {
    super(`The recording ${key} is not in the audio store; it was deleted, or the store was replaced.`);
  }
}

/** The requested range begins beyond the end of the recording. */
export class AudioRangeError extends AudioError {
  override readonly name = 'AudioRangeError';
  readonly code = 'audio_range';

  constructor(readonly key: string) {
    super(`The recording ${key} ends before the requested range.`);
  }
}

/** The store may have the recording, but it could not be read: try again. */
export class AudioUnavailableError extends AudioError {
  override readonly name = 'AudioUnavailableError';
  readonly code = 'audio_unavailable';

  constructor(
    readonly key: string,
    options?: { cause: unknown },
  ) {
    super(
      `The recording ${key} cannot be read from the audio store now; check the store's disk or service.`,
      options,
    );
  }
}

/** The store refuses requests because of a wrong setting, or cannot be reached. */
export class AudioStoreError extends AudioError {
  override readonly name = 'AudioStoreError';
  readonly code = 'audio_store';

  /**
   * @param reason the end of a sentence whose subject is the store: what is wrong with it, and what
   * to do
   */
  constructor(readonly reason: string) {
    super(`the audio store ${reason}`);
  }
}

/**
 * The store has no room for the recording. The sender is not at fault, and a retry does not help
 * until space is freed.
 */
export class AudioStoreFullError extends AudioError {
  override readonly name = 'AudioStoreFullError';
  readonly code = 'audio_store_full';

  /** @param systemCode error code of the file system, such as ENOSPC */
  constructor(systemCode: string) {
    super(`the audio store in DATA_DIR is full (${systemCode}); free space, or raise the limit of its files`);
  }
}

/** The key was not returned by a store: a defect of the calling code, so a retry does not help. */
export class InvalidAudioKeyError extends AudioError {
  override readonly name = 'InvalidAudioKeyError';
  readonly code = 'invalid_audio_key';

  constructor() {
    super('An audio key must be <conversationId>/<chunkId>, with an extension once it is stored.');
  }
}
