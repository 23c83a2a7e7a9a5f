import { fileTypeFromBuffer } from 'file-type';

/**
 * Every kind of file that we know tells itself within its first 4100 bytes; ASF puts descriptions of any length before
 * the mark that makes it audio, and MP4 and WebM say a little later whether they also carry pictures.
 */
export const DETECTION_BYTES = 65_536;

export interface MediaType {
  mimeType: string;
  /** Without the dot. Each extension stands for one MIME type, so that a key alone tells what it holds. */
  extension: string;
}

/** As the detector calls it, without parameters -> as we call it. */
export const RECORDINGS: ReadonlyMap<string, MediaType> = new Map([
  ['audio/mpeg', { mimeType: 'audio/mpeg', extension: 'mp3' }],
  ['audio/wav', { mimeType: 'audio/wav', extension: 'wav' }],
  ['audio/mp4', { mimeType: 'audio/mp4', extension: 'm4a' }],
  ['audio/x-m4a', { mimeType: 'audio/mp4', extension: 'm4a' }],
  ['audio/ogg', { mimeType: 'audio/ogg', extension: 'ogg' }],
  ['application/ogg', { mimeType: 'audio/ogg', extension: 'ogg' }],
  ['audio/flac', { mimeType: 'audio/flac', extension: 'flac' }],
  ['audio/aac', { mimeType: 'audio/aac', extension: 'aac' }],
  ['audio/aiff', { mimeType: 'audio/aiff', extension: 'aiff' }],
  ['audio/amr', { mimeType: 'audio/amr', extension: 'amr' }],
  ['audio/x-ms-asf', { mimeType: 'audio/x-ms-wma', extension: 'wma' }],
  ['audio/ape', { mimeType: 'audio/ape', extension: 'ape' }],
  ['audio/wavpack', { mimeType: 'audio/wavpack', extension: 'wv' }],
  ['audio/qcelp', { mimeType: 'audio/qcelp', extension: 'qcp' }],
  ['audio/x-musepack', { mimeType: 'audio/x-musepack', extension: 'mpc' }],
  ['audio/x-dsf', { mimeType: 'audio/x-dsf', extension: 'dsf' }],
  ['audio/x-voc', { mimeType: 'audio/x-voc', extension: 'voc' }],
  ['audio/vnd.dolby.dd-raw', { mimeType: 'audio/ac3', extension: 'ac3' }],
  // Containers that browsers and telephones record into, with or without pictures.
  ['video/webm', { mimeType: 'video/webm', extension: 'webm' }],
  ['video/matroska', { mimeType: 'video/x-matroska', extension: 'mkv' }],
  ['video/mp4', { mimeType: 'video/mp4', extension: 'mp4' }],
  ['video/x-m4v', { mimeType: 'video/x-m4v', extension: 'm4v' }],
  ['video/ogg', { mimeType: 'video/ogg', extension: 'ogv' }],
  ['video/quicktime', { mimeType: 'video/quicktime', extension: 'mov' }],
  ['video/3gpp', { mimeType: 'video/3gpp', extension: '3gp' }],
  ['video/3gpp2', { mimeType: 'video/3gpp2', extension: '3g2' }],
]);

/** Called audio by the detector, but notes to be played instead of recorded sound. */
export const NOT_RECORDINGS: ReadonlySet<string> = new Set([
  'audio/midi',
  'audio/x-it',
  'audio/x-s3m',
  'audio/x-xm',
]);

/**
 * A microphone's recording in a container that is named after video. Told apart, because a model that is handed
 * `video/webm` looks for pictures.
 */
const SOUND_ONLY = new Map<string, MediaType & { sound: RegExp; pictures: RegExp }>([
  [
    'video/webm',
    {
      mimeType: 'audio/webm',
      extension: 'weba',
      // Codec ids of the track list, which stands before the first sound: https://www.matroska.org/technical/codec_specs.html
      sound: /A_(?:OPUS|VORBIS|PCM|AAC)/,
      pictures: /V_(?:VP8|VP9|AV1|MPEG)/,
    },
  ],
  [
    'video/mp4',
    {
      mimeType: 'audio/mp4',
      extension: 'm4a',
      // The handler box of each track (ISO/IEC 14496-12, 8.4.3). Where it stands at the file's end, the container's name stays.
      sound: /hdlr[^]{8}soun/,
      pictures: /hdlr[^]{8}vide/,
    },
  ],
]);

const MIME_TYPE_BY_EXTENSION = new Map(
  [...RECORDINGS.values(), ...SOUND_ONLY.values()].map((type) => [type.extension, type.mimeType]),
);

/**
 * Tells by content what a file is.
 *
 * @param head the first `DETECTION_BYTES` of it, or all when it is shorter
 * @returns `not_audio` for a known kind of file that is no recording, `unknown` when its content says nothing
 */
export async function detectMediaType(head: Uint8Array): Promise<MediaType | 'not_audio' | 'unknown'> {
  const found = await fileTypeFromBuffer(head.subarray(0, DETECTION_BYTES));
  if (found === undefined) return 'unknown';
  const [mime = ''] = found.mime.split(';');
  return soundOnly(mime, head) ?? RECORDINGS.get(mime) ?? 'not_audio';
}

/** @returns undefined for an extension that is not in our table */
export function mimeTypeOfExtension(extension: string): string | undefined {
  return MIME_TYPE_BY_EXTENSION.get(extension);
}

function soundOnly(mime: string, head: Uint8Array): MediaType | undefined {
  const candidate = SOUND_ONLY.get(mime);
  if (candidate === undefined) return undefined;
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, DETECTION_BYTES)).toString(
    'latin1',
  );
  if (!candidate.sound.test(text) || candidate.pictures.test(text)) return undefined;
  return { mimeType: candidate.mimeType, extension: candidate.extension };
}
