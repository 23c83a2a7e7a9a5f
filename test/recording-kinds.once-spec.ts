import { describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { httpRequest } from './support/http-request.js';
import { multipart } from './support/multipart.js';
import { sharedWorld } from './support/shared-world.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';

/** Makes frames of silence, each as long as its header says. */
function frames(header: string, bytes: number): Buffer {
  const frame = Buffer.concat([Buffer.from(header, 'hex')], bytes);
  return Buffer.concat(Array.from({ length: 6 }, () => frame));
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const WAVE64 = Buffer.from(
  '726966662e91cf11a5d628db04c10000787d00000000000077617665f3acd3118cd100c04f8edb8a',
  'hex',
);
/** MPEG 1 layer III, 128 kbit/s, 44.1 kHz; and a packet of an MPEG transport stream. */
const MP3_FRAMES = frames('fffb9000', 417);
const TRANSPORT_PACKETS = frames('47010010', 188);

describe('a recording in a rare format', () => {
  const world = sharedWorld(async () => World.start());

  async function upload(content: Buffer, filename: string): Promise<string[]> {
    const { api, dataDir } = world();
    const { id } = await api.createConversation();
    const { contentType, body } = multipart([{ name: 'audio', filename, content }]);
    const answer = await httpRequest(api.url, {
      path: `/api/conversations/${id}/chunks`,
      headers: { 'content-type': contentType },
      body,
    });
    expect(answer).toMatchObject({ status: 202 });
    const chunk = await api.settledChunk((answer.body as ChunkResponse).id);
    expect(chunk).toMatchObject({ status: 'completed' });
    return (await storedFiles(dataDir)).filter((file) => file.includes(chunk.id));
  }

  it.each([
    ['a CAF', latin1('caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20'), 'caf'],
    ['an AU', latin1('.snd\0\0\0\x18\xff\xff\xff\xff\0\0\0\x03'), 'au'],
    ['an RF64', latin1('RF64\xff\xff\xff\xffWAVEds64'), 'rf64'],
    ['a Wave64', WAVE64, 'w64'],
    ['an AVI', latin1('RIFF\x24\0\0\0AVI LIST'), 'avi'],
    ['a Flash film', latin1('FLV\x01\x04\0\0\0\x09\0\0\0\0'), 'flv'],
    ['an MPEG transport stream', TRANSPORT_PACKETS, 'ts'],
    ['an MP3 behind junk', Buffer.concat([latin1('junk'), MP3_FRAMES]), 'mp3'],
    ['an MP3 cut from a stream', MP3_FRAMES.subarray(100), 'mp3'],
  ])('is accepted by its content alone: %s', async (_what, content, extension) => {
    expect(await upload(content, 'upload')).toEqual([expect.stringMatching(`\\.${extension}$`)]);
  });

  it('is accepted by its name when its content says nothing', async () => {
    expect(await upload(latin1('\x01\x02\x03sound'), 'dictation.gsm')).toEqual([
      expect.stringMatching(/\.bin$/),
    ]);
  });
});
