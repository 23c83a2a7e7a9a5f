import { describe, expect, it } from 'vitest';
import { supportedMimeTypes } from 'file-type';
import {
  detectMediaType,
  mediaTypeOfUpload,
  mimeTypeOfExtension,
  NOT_RECORDINGS,
  RECORDINGS,
} from './media-type.js';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** Builds the head of a Matroska file: its document type, then the codec ids of its tracks. */
function matroska(docType: string, ...codecs: string[]): Buffer {
  const name = latin1(docType);
  const element = Buffer.concat([Buffer.from([0x42, 0x82, 0x80 + name.length]), name]);
  const header = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x80 + element.length]), element]);
  return Buffer.concat([header, latin1(`....${codecs.join('....')}....`)]);
}

/** Builds the head of an ISO media file: its brand, then the handler of each track. */
function isoMedia(brand: string, ...handlers: string[]): Buffer {
  const tracks = handlers.map((handler) => `hdlr\0\0\0\0\0\0\0\0${handler}`);
  return latin1(`\0\0\0\x14ftyp${brand}\0\0\0\0${brand}${tracks.join('....')}....`);
}

const oggPage = (packet: string) => latin1(`OggS\0\x02${'\0'.repeat(20)}\x01\x13${packet}${'\0'.repeat(40)}`);

/** Builds frames of silence, each as long as its header says. */
function frames(header: string, bytes: number, count = 6): Buffer {
  const frame = Buffer.alloc(bytes);
  frame.write(header, 'hex');
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

/**
 * MPEG 1 layer III, 128 kbit/s, 44.1 kHz; MPEG 2 layer III, 32 kbit/s, 16 kHz; ADTS of 200 bytes; a
 * transport packet.
 */
const mp3Frames = frames('fffb9000', 417);
const speechFrames = frames('fff34800', 144);
const adtsFrames = frames('fff150401900fc', 200);
const packets = frames('47010010', 188);
const junk = Buffer.from('00ffe0a1b2fffb00c3'.repeat(50), 'hex');
const mp3Tag = (length: string) => Buffer.concat([latin1('ID3\x03\0\0'), Buffer.from(length, 'hex')]);

/** An audio block as MediaRecorder writes it: its track, its time, its flags. */
const simpleBlock = Buffer.concat([Buffer.from('a386810000800102', 'hex')]);

describe('detectMediaType', () => {
  it.each([
    ['a WAV file', latin1('RIFF\x24\0\0\0WAVEfmt '), 'audio/wav', 'wav'],
    ['an MP3 file with a large picture in front', latin1('ID3\x04\0\0\0\x7f\x7f\x7f'), 'audio/mpeg', 'mp3'],
    ['a FLAC file', latin1('fLaC\0\0\0\x22'), 'audio/flac', 'flac'],
    ['an Opus file', oggPage('OpusHead'), 'audio/ogg', 'ogg'],
    ['an Ogg file of no known codec', oggPage('whatever'), 'audio/ogg', 'ogg'],
    ['an AMR file', latin1('#!AMR\n'), 'audio/amr', 'amr'],
    ['an M4A file', isoMedia('M4A '), 'audio/mp4', 'm4a'],
    ["a browser's WebM with sound only", matroska('webm', 'A_OPUS'), 'audio/webm', 'weba'],
    ["a browser's WebM with pictures", matroska('webm', 'V_VP9', 'A_OPUS'), 'video/webm', 'webm'],
    ['a WebM whose tracks are not in sight', matroska('webm'), 'video/webm', 'webm'],
    ['a Matroska file', matroska('matroska', 'A_OPUS'), 'video/x-matroska', 'mkv'],
    ["a browser's MP4 with sound only", isoMedia('iso5', 'soun'), 'audio/mp4', 'm4a'],
    ["a browser's MP4 with pictures", isoMedia('iso5', 'vide', 'soun'), 'video/mp4', 'mp4'],
    ["a telephone's QuickTime film", isoMedia('qt  ', 'soun'), 'video/quicktime', 'mov'],
    ["an old telephone's film", isoMedia('3gp5'), 'video/3gpp', '3gp'],
    ['a radio recorder’s RF64', latin1('RF64\xff\xff\xff\xffWAVEds64'), 'audio/x-rf64', 'rf64'],
    ['a BW64 file', latin1('BW64\xff\xff\xff\xffWAVEds64'), 'audio/x-rf64', 'rf64'],
    [
      'a Wave64 file',
      Buffer.from('726966662e91cf11a5d628db04c10000787d00000000000077617665f3acd3118cd100c04f8edb8a', 'hex'),
      'audio/x-w64',
      'w64',
    ],
    ['Apple’s CAF', latin1('caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20'), 'audio/x-caf', 'caf'],
    ['Sun’s AU', latin1('.snd\0\0\0\x18\xff\xff\xff\xff\0\0\0\x03'), 'audio/basic', 'au'],
    ['a True Audio file', latin1('TTA1\x01\0\x01\0\x10\0'), 'audio/x-tta', 'tta'],
    ['an Amiga’s 8SVX', latin1('FORM\0\0\x10\x008SVXVHDR'), 'audio/x-8svx', '8svx'],
    ['a dictation machine’s DSS', latin1('\x02dss\0\0\0\0'), 'audio/x-dss', 'dss'],
    ['an AVI film', latin1('RIFF\x24\0\0\0AVI LIST'), 'video/vnd.avi', 'avi'],
    ['a Flash film', latin1('FLV\x01\x04\0\0\0\x09\0\0\0\0'), 'video/x-flv', 'flv'],
    ['a transport stream', packets, 'video/mp2t', 'ts'],
    ['a transport stream that was cut in a packet', packets.subarray(100), 'video/mp2t', 'ts'],
    ['an MPEG film', Buffer.from('000001ba44000400', 'hex'), 'video/mpeg', 'mpg'],
    ['MP3 behind junk', Buffer.concat([junk, mp3Frames]), 'audio/mpeg', 'mp3'],
    ['MP3 cut from a stream', mp3Frames.subarray(100), 'audio/mpeg', 'mp3'],
    ['MP3 of few bits cut from a stream', speechFrames.subarray(100), 'audio/mpeg', 'mp3'],
    [
      'MP3 behind a tag that says it is longer',
      Buffer.concat([mp3Tag('00000320'), mp3Frames]),
      'audio/mpeg',
      'mp3',
    ],
    [
      'MP3 behind a tag that says it is shorter',
      Buffer.concat([mp3Tag('00000010'), junk, mp3Frames]),
      'audio/mpeg',
      'mp3',
    ],
    ['AAC cut from a stream', adtsFrames.subarray(77), 'audio/aac', 'aac'],
  ])('recognizes %s', async (_what, head, mimeType, extension) => {
    await expect(detectMediaType(head)).resolves.toEqual({ mimeType, extension });
    expect(mimeTypeOfExtension(extension)).toBe(mimeType);
  });

  it.each([
    ['a PNG picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a ZIP file', latin1('PK\x03\x04' + '\0'.repeat(60))],
    ['a PDF file', latin1('%PDF-1.7\n')],
    ['a MIDI file, which holds notes', latin1('MThd\0\0\0\x06')],
    ['plain text', latin1('Dear Sir or Madam')],
    ['a page of HTML', latin1('<!doctype html><html>')],
    ['a text in Latin-1', latin1('Le caf\xe9 de la gare\n')],
    ['a text in UTF-16', Buffer.from('\ufeffDear Sir', 'utf16le')],
  ])('does not take %s for a recording', async (_what, head) => {
    await expect(detectMediaType(head)).resolves.toBe('not_audio');
  });

  it.each([
    ['something', Buffer.from('00010203fffb9000fffb9000', 'hex')],
    ['nothing', Buffer.alloc(0)],
  ])('cannot tell what %s is', async (_what, head) => {
    await expect(detectMediaType(head)).resolves.toBe('unknown');
  });

  it.each([
    ['a cluster of WebM', Buffer.from('1f43b67501ffffffffffffffe78100a3', 'hex')],
    ['a block of WebM', Buffer.concat([simpleBlock, simpleBlock])],
    ['the fragment of an MP4', latin1('\0\0\0\x64moof\0\0\0\x10mfhd')],
    ['a segment of an MP4', latin1('\0\0\0\x18stypmsdh\0\0\0\0msdhmsix\0\0\0\x2csidx')],
    ['a page of Ogg', latin1(`OggS\0\0${'\0'.repeat(20)}\x01\x13sound`)],
  ])('takes %s for a later piece of a recording', async (_what, head) => {
    await expect(detectMediaType(head)).resolves.toBe('later_piece');
  });

  it('takes a whole MP4 that begins like a segment for a recording', async () => {
    const head = latin1(
      `\0\0\0\x18ftypiso5\0\0\0\0iso5\0\0\0\x10moov....hdlr\0\0\0\0\0\0\0\0soun....\0\0\0\x10moof`,
    );
    await expect(detectMediaType(head)).resolves.toEqual({ mimeType: 'audio/mp4', extension: 'm4a' });
  });

  it('classifies every kind of audio and video that the detector knows', () => {
    const audio = [...supportedMimeTypes].filter((mime) => /^(?:audio|video)\//.test(mime));
    const undecided = audio.filter((mime) => {
      const [bare = ''] = mime.split(';');
      return !RECORDINGS.has(bare) && !NOT_RECORDINGS.has(bare);
    });
    expect(audio.length).toBeGreaterThan(10);
    expect(undecided).toEqual([]);
  });
});

describe('the declared type of a file', () => {
  const unknown = Buffer.from('00010203fffb9000fffb9000', 'hex');
  const unidentified = { mimeType: 'application/octet-stream', extension: 'bin' };

  it.each([
    ['by its name', { fileName: 'Interview.GSM' }],
    [
      'by a name of a kind that is detected by content',
      { fileName: 'a.b.mp3', mimeType: 'application/octet-stream' },
    ],
    ['by its media type', { fileName: 'blob', mimeType: 'audio/x-gsm' }],
    ['by its media type with a parameter', { mimeType: 'Audio/L16; rate=16000' }],
  ])('makes unknown content a recording: %s', async (_how, declared) => {
    await expect(mediaTypeOfUpload(unknown, declared)).resolves.toEqual(unidentified);
    expect(mimeTypeOfExtension(unidentified.extension)).toBe(unidentified.mimeType);
  });

  it.each([
    {},
    { fileName: 'mp3' },
    { fileName: 'a.bin' },
    { fileName: 'a.mp3.exe', mimeType: 'text/audio' },
  ])('does not make unknown content a recording: %j', async (declared) => {
    await expect(mediaTypeOfUpload(unknown, declared)).resolves.toBe('unknown');
  });

  it.each([
    ['a page of HTML', latin1('<!doctype html><html>'), 'not_audio'],
    ['a PNG picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'not_audio'],
    ['zeros', Buffer.alloc(1_000), 'unknown'],
    ['nothing', Buffer.alloc(0), 'unknown'],
    ['a cluster of WebM', Buffer.from('1f43b67501ffffffffffffffe78100a3', 'hex'), 'later_piece'],
  ])('does not override %s', async (_what, head, finding) => {
    await expect(mediaTypeOfUpload(head, { fileName: 'a.mp3', mimeType: 'audio/mpeg' })).resolves.toBe(
      finding,
    );
  });
});
