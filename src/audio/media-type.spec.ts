import { describe, expect, it } from '@jest/globals';
import { supportedMimeTypes } from 'file-type';
import { detectMediaType, mimeTypeOfExtension, NOT_RECORDINGS, RECORDINGS } from './media-type.js';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** The head of a Matroska file: its document type, then the codec ids of its tracks. */
function matroska(docType: string, ...codecs: string[]): Buffer {
  const name = latin1(docType);
  const element = Buffer.concat([Buffer.from([0x42, 0x82, 0x80 + name.length]), name]);
  const header = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x80 + element.length]), element]);
  return Buffer.concat([header, latin1(`....${codecs.join('....')}....`)]);
}

/** The head of an ISO media file: its brand, then the handler of each track. */
function isoMedia(brand: string, ...handlers: string[]): Buffer {
  const tracks = handlers.map((handler) => `hdlr\0\0\0\0\0\0\0\0${handler}`);
  return latin1(`\0\0\0\x14ftyp${brand}\0\0\0\0${brand}${tracks.join('....')}....`);
}

const oggPage = (packet: string) => latin1(`OggS\0\x02${'\0'.repeat(20)}\x01\x13${packet}${'\0'.repeat(40)}`);

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
  ])('recognises %s', async (_what, head, mimeType, extension) => {
    await expect(detectMediaType(head)).resolves.toEqual({ mimeType, extension });
    expect(mimeTypeOfExtension(extension)).toBe(mimeType);
  });

  it.each([
    ['a PNG picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a ZIP file', latin1('PK\x03\x04' + '\0'.repeat(60))],
    ['a PDF file', latin1('%PDF-1.7\n')],
    ['a MIDI file, which holds notes', latin1('MThd\0\0\0\x06')],
    ['an AVI film', latin1('RIFF\x24\0\0\0AVI LIST')],
  ])('does not take %s for a recording', async (_what, head) => {
    await expect(detectMediaType(head)).resolves.toBe('not_audio');
  });

  it.each([
    ['plain text', latin1('Dear Sir or Madam')],
    ['a page of HTML', latin1('<!doctype html><html>')],
    ['nothing', Buffer.alloc(0)],
  ])('cannot tell what %s is', async (_what, head) => {
    await expect(detectMediaType(head)).resolves.toBe('unknown');
  });

  it('has decided about every kind of audio that the detector knows', () => {
    const audio = [...supportedMimeTypes].filter((mime) => mime.startsWith('audio/'));
    const undecided = audio.filter((mime) => {
      const [bare = ''] = mime.split(';');
      return !RECORDINGS.has(bare) && !NOT_RECORDINGS.has(bare);
    });
    expect(audio.length).toBeGreaterThan(10);
    expect(undecided).toEqual([]);
  });
});
