/**
 * What can go wrong with a recording, classed by whose turn it is: the first three are the sender's (413, 415, 400), a
 * missing one cannot be helped by trying again, an unreadable store can, and a bad key is a defect of ours.
 */
export abstract class AudioError extends Error {
  /** Stable word for logs and metrics. */
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

/** The bytes are no recording that can be transcribed, whatever their label says, or nothing says that they are one. */
export class NotAudioError extends AudioError {
  override readonly name = 'NotAudioError';
  readonly code = 'not_audio';

  constructor(readonly finding: 'empty' | 'later_piece' | 'other_content') {
    super(NOT_AUDIO_MESSAGES[finding]);
  }
}

const NOT_AUDIO_MESSAGES = {
  empty: 'The audio file is empty; send a recording.',
  later_piece:
    'The file is a later piece of a recording: it lacks the beginning, without which it cannot be decoded. Each chunk must ' +
    'be a complete file; in a browser, stop the MediaRecorder and start it anew for each chunk, instead of giving it a timeslice.',
  other_content:
    'The file does not contain audio; send a recording such as MP3, WAV, M4A, Ogg, FLAC or WebM. One of a rarer kind is ' +
    'taken when its name or its media type says that it is audio or video.',
} as const;

/** The sender went away, or its upload was cut, before the last byte came. Nothing was kept. */
export class UploadCutOffError extends AudioError {
  override readonly name = 'UploadCutOffError';
  readonly code = 'upload_cut_off';

  constructor(options?: { cause: unknown }) {
    super('The upload ended before the whole audio had arrived; send it again.', options);
  }
}

/** No recording lies under this key. */
export class AudioMissingError extends AudioError {
  override readonly name = 'AudioMissingError';
  readonly code = 'audio_missing';

  constructor(readonly key: string) {
    super(`The recording ${key} is not in the audio store; it was deleted, or the store was exchanged.`);
  }
}

/** The store did not hand the recording out, though it may have it: try again. */
export class AudioUnavailableError extends AudioError {
  override readonly name = 'AudioUnavailableError';
  readonly code = 'audio_unavailable';

  constructor(
    readonly key: string,
    options?: { cause: unknown },
  ) {
    super(
      `The recording ${key} cannot be read from the audio store now; look at the store's disk or service.`,
      options,
    );
  }
}

/** The store refuses us, or does not answer: a setting is wrong, or it is away. */
export class AudioStoreError extends AudioError {
  override readonly name = 'AudioStoreError';
  readonly code = 'audio_store';

  /** @param reason the end of a sentence whose subject is the store: what is wrong with it, and what to do */
  constructor(readonly reason: string) {
    super(`the audio store ${reason}`);
  }
}

/** The store has no room for the recording: neither the sender's fault nor a passing one; somebody has to make room. */
export class AudioStoreFullError extends AudioError {
  override readonly name = 'AudioStoreFullError';
  readonly code = 'audio_store_full';

  /** @param systemCode the file system's own word, ENOSPC for example */
  constructor(systemCode: string) {
    super(`the audio store in DATA_DIR is full (${systemCode}); free space, or raise the limit of its files`);
  }
}

/** A key that no store of ours has handed out: a defect of the caller, never a reason to try again. */
export class InvalidAudioKeyError extends AudioError {
  override readonly name = 'InvalidAudioKeyError';
  readonly code = 'invalid_audio_key';

  constructor() {
    super('An audio key must be <conversationId>/<chunkId>, with an extension once it is stored.');
  }
}
