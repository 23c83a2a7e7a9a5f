export interface MediaType {
  mimeType: string;
  /**
   * Without the dot. Each extension stands for one MIME type, so that a key alone shows the type.
   */
  extension: string;
}

interface Signature {
  type: MediaType;
  /** Bytes as Latin-1 text, and their offsets. */
  marks: readonly { offset: number; bytes: string }[];
}

/**
 * Recordings that file-type does not know, or misidentifies: it takes every IFF file for an AIFF.
 */
const SIGNATURES: readonly Signature[] = [
  {
    // WAV for more than 4 GB: EBU Tech 3306 (RF64), ITU-R BS.2088 (BW64).
    type: { mimeType: 'audio/x-rf64', extension: 'rf64' },
    marks: [
      { offset: 0, bytes: 'RF64' },
      { offset: 8, bytes: 'WAVE' },
    ],
  },
  {
    type: { mimeType: 'audio/x-rf64', extension: 'rf64' },
    marks: [
      { offset: 0, bytes: 'BW64' },
      { offset: 8, bytes: 'WAVE' },
    ],
  },
  {
    // Sony Wave64: the GUIDs of `riff` and `wave` (libavformat/w64.c of FFmpeg).
    type: { mimeType: 'audio/x-w64', extension: 'w64' },
    marks: [
      { offset: 0, bytes: 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00' },
      { offset: 24, bytes: 'wave\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a' },
    ],
  },
  {
    // Core Audio Format, version 1: Apple's specification, "CAF File Header".
    type: { mimeType: 'audio/x-caf', extension: 'caf' },
    marks: [
      { offset: 0, bytes: 'caff\x00\x01' },
      { offset: 8, bytes: 'desc' },
    ],
  },
  // Sun audio: https://pubs.opengroup.org/external/auformat.html
  { type: { mimeType: 'audio/basic', extension: 'au' }, marks: [{ offset: 0, bytes: '.snd\x00\x00' }] },
  // True Audio: https://sourceforge.net/projects/tta/ ("TTA Lossless Audio Codec - Format
  // Description")
  { type: { mimeType: 'audio/x-tta', extension: 'tta' }, marks: [{ offset: 0, bytes: 'TTA1' }] },
  {
    // IFF 8SVX: https://wiki.amigaos.net/wiki/8SVX_IFF_8-Bit_Sampled_Voice
    type: { mimeType: 'audio/x-8svx', extension: '8svx' },
    marks: [
      { offset: 0, bytes: 'FORM' },
      { offset: 8, bytes: '8SVX' },
    ],
  },
  // Digital Speech Standard of dictation machines (libavformat/dss.c of FFmpeg), and its second
  // version.
  { type: { mimeType: 'audio/x-dss', extension: 'dss' }, marks: [{ offset: 0, bytes: '\x02dss' }] },
  { type: { mimeType: 'audio/x-dss', extension: 'dss' }, marks: [{ offset: 0, bytes: '\x03ds2' }] },
];

/** Media types and extensions that `findSignature` may return. */
export const SIGNED_TYPES: readonly MediaType[] = SIGNATURES.map(({ type }) => type);

/** Recognizes a recording by its first bytes. */
export function findSignature(head: Uint8Array): MediaType | undefined {
  return SIGNATURES.find(({ marks }) => marks.every(({ offset, bytes }) => hasBytes(head, offset, bytes)))
    ?.type;
}

/** @param bytes as Latin-1 text */
export function hasBytes(head: Uint8Array, offset: number, bytes: string): boolean {
  return Buffer.from(head.subarray(offset, offset + bytes.length)).toString('latin1') === bytes;
}
