import { createHash } from 'node:crypto';
import { MAX_SIZE, recording, wavFile } from '../../src/audio/testing/sound-files.js';

const ID3_BYTES = 300_000;
const RANDOM_BYTES = 20_000;

/** Makes an ID3v2 tag that says how long it is, as one with a large picture does. */
function largeTag(): Buffer {
  const size = [21, 14, 7, 0].map((shift) => (ID3_BYTES >> shift) & 0x7f);
  return Buffer.concat([Buffer.from('ID3\x04\0\0', 'latin1'), Buffer.from(size), Buffer.alloc(ID3_BYTES, 1)]);
}

async function joined(first: string, second: string): Promise<Buffer> {
  return Buffer.concat([await recording(first), await recording(second)]);
}

async function cutAt(name: string, share: number): Promise<Buffer> {
  const whole = await recording(name);
  return whole.subarray(0, Math.floor(whole.length * share));
}

/** Makes an AMR file of frames of silence, 20 ms each: RFC 4867, section 5. */
function amr(): Buffer {
  const frame = Buffer.concat([Buffer.from([0x3c]), Buffer.alloc(31)]);
  return Buffer.concat([Buffer.from('#!AMR\n', 'latin1'), ...Array.from({ length: 50 }, () => frame)]);
}

/** The same bytes in each run, as frames are found in some random bytes and not in others. */
const NOISE = createHash('shake256', { outputLength: RANDOM_BYTES }).update('noise').digest();

const headed = (head: string): Buffer => Buffer.concat([Buffer.from(head, 'latin1'), NOISE]);

interface OddRecording {
  /** As in docs/recordings.md. */
  title: string;
  fileName: string;
  content: Buffer | (() => Promise<Buffer>);
}

const file = (title: string, name: string, fileName = name): OddRecording => ({
  title,
  fileName,
  content: () => recording(name),
});
const made = (title: string, fileName: string, content: OddRecording['content']): OddRecording => ({
  title,
  fileName,
  content,
});

/** Files as people send them, ordinary, odd and broken, in the order of docs/recordings.md. */
export const ODD_RECORDINGS: readonly OddRecording[] = [
  made('WAV, 16 bits', 'a.wav', wavFile({ seconds: 1 })),
  made(
    'WAV, 24 bits, stereo, 48 kHz',
    'a.wav',
    wavFile({ seconds: 1, bits: 24, channels: 2, sampleRate: 48_000 }),
  ),
  made('WAV, 32-bit floating point', 'a.wav', wavFile({ seconds: 1, bits: 32, format: 3 })),
  file('WAV, A-law', 'alaw.wav'),
  file('WAV, ADPCM', 'adpcm.wav'),
  made(
    'WAV without sizes in its header, as it is written into a pipe',
    'a.wav',
    wavFile({ seconds: 1, dataBytes: MAX_SIZE }),
  ),
  made(
    'WAV of a recorder that lost power: size 0 in its header',
    'a.wav',
    wavFile({ seconds: 1, dataBytes: 0 }),
  ),
  made('WAV, cut off', 'a.wav', wavFile({ seconds: 2 }).subarray(0, 44 + 16_000)),
  made('WAV of 0 seconds', 'a.wav', wavFile({ seconds: 0 })),
  file('AIFF', 'pcm.aiff'),
  file('MP3, constant bit rate', 'cbr.mp3'),
  file('MP3, constant bit rate, without a Xing tag', 'cbr-untagged.mp3'),
  file('MP3, variable bit rate', 'vbr.mp3'),
  file('MP3, variable bit rate, without a Xing tag', 'vbr-untagged.mp3'),
  made('MP3 behind an ID3 tag of 300 kB', 'a.mp3', async () =>
    Buffer.concat([largeTag(), await recording('cbr.mp3')]),
  ),
  file('MP3 with a cover', 'cover.mp3'),
  made('MP3, two files joined', 'a.mp3', () => joined('cbr.mp3', 'vbr.mp3')),
  made('MP3, cut off', 'a.mp3', () => cutAt('vbr.mp3', 0.5)),
  file('MP3 that is named .wav', 'cbr.mp3', 'a.wav'),
  file('MP3 of 0 seconds', 'empty.mp3'),
  file('M4A, its index at the end', 'index-at-end.m4a'),
  file('M4A, its index at the beginning', 'index-first.m4a'),
  file('M4A in fragments', 'fragmented.m4a'),
  file('M4A with a cover', 'cover.m4a'),
  file('M4A with two audio tracks', 'two-tracks.m4a'),
  file('M4A, Apple Lossless', 'alac.m4a'),
  made('M4A, index at the beginning, cut off', 'a.m4a', () => cutAt('index-first.m4a', 0.6)),
  made('M4A, index at the end, cut off', 'a.m4a', () => cutAt('index-at-end.m4a', 0.6)),
  file('AAC without a container (ADTS)', 'adts.aac'),
  file('AAC, cut in its first frame', 'endless.aac'),
  file('Ogg with Opus', 'opus.ogg'),
  file('Ogg with Vorbis', 'vorbis.ogg'),
  file('Ogg with Speex', 'speex.ogg'),
  made('Ogg with Opus, cut off', 'a.ogg', () => cutAt('opus.ogg', 0.6)),
  file('Ogg of 0 seconds', 'empty.ogg'),
  file('WebM with Opus', 'opus.webm'),
  file('WebM of a browser, without a length', 'browser.webm'),
  made('WebM, cut off', 'a.webm', () => cutAt('opus.webm', 0.6)),
  file('WebM of 0 seconds', 'empty.webm'),
  file('FLAC', 'flac.flac'),
  file('FLAC with a cover', 'cover.flac'),
  made('FLAC, cut off', 'a.flac', () => cutAt('flac.flac', 0.6)),
  file('FLAC of 0 seconds', 'empty.flac'),
  file('CAF with Opus', 'opus.caf'),
  file('WMA', 'wma.wma'),
  made('AMR', 'a.amr', amr()),
  file('MPEG transport stream with MP2', 'transport.mpegts', 'a.ts'),
  file('Film with sound, MP4', 'film-with-sound.mp4'),
  file('Film with sound, WebM', 'film-with-sound.webm'),
  file('Film without sound, MP4', 'film.mp4'),
  file('Film without sound, QuickTime', 'film.mov'),
  file('Film without sound, WebM', 'film.webm'),
  file('Film without sound, Matroska', 'film.mkv'),
  file('Film without sound, AVI', 'film.avi'),
  made('A WAV header, then random bytes', 'a.wav', headed('RIFF\xff\xff\0\0WAVEfmt ')),
  made('An MP3 frame’s header, then random bytes', 'a.mp3', headed('\xff\xfb\x90\0')),
  made('An M4A header, then random bytes', 'a.m4a', headed('\0\0\0\x18ftypM4A ')),
  made('An Ogg header, then random bytes', 'a.ogg', headed('OggS')),
  made('A WebM header, then random bytes', 'a.webm', headed('\x1a\x45\xdf\xa3')),
  made('A FLAC header, then random bytes', 'a.flac', headed('fLaC')),
  made('A picture that is named .mp3', 'a.mp3', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
  made('An empty file', 'a.wav', Buffer.alloc(0)),
];
