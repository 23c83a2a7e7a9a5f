import { fileTypeFromBuffer } from 'file-type';
import { type DeclaredFile, isDeclaredAudio } from './declared-audio.js';
import { isLaterPiece } from './later-piece.js';
import { findSignature, hasBytes, type MediaType, SIGNED_TYPES } from './signatures.js';
import { findFrames } from './stream-frames.js';

/**
 * Bytes read for detection. Most kinds of files can be recognized by their first 4100 bytes. ASF
 * puts descriptions of any length before the marker for audio, and MP4 and WebM declare a little
 * later whether they also contain video.
 */
export const DETECTION_BYTES = 65_536;

/** Maps the detector's MIME types, without parameters, to ours. */
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
  ['video/vnd.avi', { mimeType: 'video/vnd.avi', extension: 'avi' }],
  ['video/x-flv', { mimeType: 'video/x-flv', extension: 'flv' }],
  ['video/mp2t', { mimeType: 'video/mp2t', extension: 'ts' }],
  ['video/mpeg', { mimeType: 'video/mpeg', extension: 'mpg' }],
  ['video/MP1S', { mimeType: 'video/mpeg', extension: 'mpg' }],
  ['video/MP2P', { mimeType: 'video/mpeg', extension: 'mpg' }],
  ['video/x-ms-asf', { mimeType: 'video/x-ms-asf', extension: 'asf' }],
  ['application/vnd.ms-asf', { mimeType: 'video/x-ms-asf', extension: 'asf' }],
  ['application/mxf', { mimeType: 'application/mxf', extension: 'mxf' }],
  ['application/vnd.rn-realmedia', { mimeType: 'application/vnd.rn-realmedia', extension: 'rm' }],
]);

/**
 * Types that the detector calls audio, but which hold notes to be played instead of recorded sound.
 */
export const NOT_RECORDINGS: ReadonlySet<string> = new Set([
  'audio/midi',
  'audio/x-it',
  'audio/x-s3m',
  'audio/x-xm',
]);

/**
 * Audio-only recordings in video containers. They are distinguished because a model that receives
 * `video/webm` expects video.
 */
const SOUND_ONLY = new Map<string, MediaType & { sound: RegExp; pictures: RegExp }>([
  [
    'video/webm',
    {
      mimeType: 'audio/webm',
      extension: 'weba',
      // Codec ids of the track list, which precedes the first audio data:
      // https://www.matroska.org/technical/codec_specs.html
      sound: /A_(?:OPUS|VORBIS|PCM|AAC)/,
      pictures: /V_(?:VP8|VP9|AV1|MPEG)/,
    },
  ],
  [
    'video/mp4',
    {
      mimeType: 'audio/mp4',
      extension: 'm4a',
      // The handler box of each track (ISO/IEC 14496-12, 8.4.3). When it is at the file's end, the
      // type of the container is kept.
      sound: /hdlr[^]{8}soun/,
      pictures: /hdlr[^]{8}vide/,
    },
  ],
]);

/** Assumed for a file with an ID3 tag, whatever follows the tag, as most such files are MP3. */
const TAGGED: MediaType = { mimeType: 'audio/mpeg', extension: 'mp3' };

/**
 * Declared a recording by its sender, with unknown content: the provider may know the format. It is
 * never sent to a model.
 */
const UNIDENTIFIED_RECORDING: MediaType = { mimeType: 'application/octet-stream', extension: 'bin' };

const MIME_TYPE_BY_EXTENSION = new Map(
  [...RECORDINGS.values(), ...SOUND_ONLY.values(), ...SIGNED_TYPES, UNIDENTIFIED_RECORDING].map((type) => [
    type.extension,
    type.mimeType,
  ]),
);
const RECORDING_EXTENSIONS: ReadonlySet<string> = new Set(
  [...MIME_TYPE_BY_EXTENSION.keys()].filter((extension) => extension !== UNIDENTIFIED_RECORDING.extension),
);

/**
 * `not_audio`: a known kind of file that is no recording, or text. `unknown`: content of no known
 * kind.
 */
export type Refusal = 'not_audio' | 'later_piece' | 'unknown';

/**
 * Detects the type of a file by its content.
 *
 * @param head the first `DETECTION_BYTES` of the file, or all of a shorter one
 */
export async function detectMediaType(head: Uint8Array): Promise<MediaType | Refusal> {
  const bytes = head.subarray(0, DETECTION_BYTES);
  if (isLaterPiece(bytes)) return 'later_piece';
  const found = await fileTypeFromBuffer(bytes);
  const [mime = ''] = found?.mime.split(';') ?? [];
  const type = findSignature(bytes) ?? soundOnly(mime, bytes) ?? RECORDINGS.get(mime);
  // The byte order mark of little-endian UTF-16 looks like the beginning of MPEG audio.
  if (isUtf16(bytes) && findFrames(bytes) === undefined) return 'not_audio';
  if (type !== undefined) return type;
  return withoutSignature(bytes, found !== undefined);
}

/** @param isOther whether the detector recognizes a file of another kind */
function withoutSignature(bytes: Uint8Array, isOther: boolean): MediaType | Refusal {
  // Behind an ID3 tag of a wrong length the detector may find another kind by mistake, so its
  // result is ignored.
  const isTagged = hasBytes(bytes, 0, 'ID3');
  if (isOther && !isTagged) return 'not_audio';
  return findFrames(bytes) ?? (isTagged ? TAGGED : undefined) ?? (isText(bytes) ? 'not_audio' : 'unknown');
}

/**
 * Detects the type of an upload by its content. For content of no known kind, the sender's label
 * counts, as the provider supports more formats than this detection.
 */
export async function mediaTypeOfUpload(
  head: Uint8Array,
  declared: DeclaredFile,
): Promise<MediaType | Refusal> {
  const found = await detectMediaType(head);
  if (found !== 'unknown' || !isDeclaredAudio(declared, RECORDING_EXTENSIONS)) return found;
  const isBlank = head.every((byte) => byte === head[0]);
  return isBlank ? 'unknown' : UNIDENTIFIED_RECORDING;
}

function isUtf16(bytes: Uint8Array): boolean {
  return hasBytes(bytes, 0, '\xfe\xff') || hasBytes(bytes, 0, '\xff\xfe');
}

/**
 * Whether the content has no binary data bytes: https://mimesniff.spec.whatwg.org/#binary-data-byte
 */
function isText(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  return bytes.every(
    (byte) => byte >= 0x20 || (byte >= 0x09 && byte !== 0x0b && byte <= 0x0d) || byte === 0x1b,
  );
}

/** @returns undefined for an extension that is not in our table */
export function mimeTypeOfExtension(extension: string): string | undefined {
  return MIME_TYPE_BY_EXTENSION.get(extension);
}

function soundOnly(mime: string, head: Uint8Array): MediaType | undefined {
  const candidate = SOUND_ONLY.get(mime);
  if (candidate === undefined) return undefined;
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (!candidate.sound.test(text) || candidate.pictures.test(text)) return undefined;
  return { mimeType: candidate.mimeType, extension: candidate.extension };
}
