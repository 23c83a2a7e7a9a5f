import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recording, wavFile } from '../src/audio/testing/sound-files.js';
import { freePort } from './support/free-port.js';
import { expectError } from './support/expect-error.js';
import { S3Server } from './support/s3-server.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';

const SECONDS = 1.5;
/** As AssemblyAI does, the simulator reports whole seconds, and by its size for the AIFF. */
const REPORTED_SECONDS = 2;

const speech = (): Uint8Array<ArrayBuffer> => new Uint8Array(wavFile({ seconds: SECONDS }));

describe('the facts about a recording', () => {
  let world: World;
  let host: Server;
  let hostUrl: string;

  beforeAll(async () => {
    const port = await freePort();
    hostUrl = `http://127.0.0.1:${port}`;
    host = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/wav' }).end(speech());
    });
    await new Promise<void>((resolve) => host.listen(port, '127.0.0.1', resolve));
    world = await World.start({ env: { ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' } });
  });

  afterAll(async () => {
    await world.stop();
    await new Promise((resolve) => host.close(resolve));
  });

  const WAV = { container: 'wav', codec: 'pcm-s16', channels: 1, sampleRate: 8_000 };

  it('are in the answer to the upload, and a measured length stays when the provider reports another', async () => {
    const { id } = await world.api.createConversation();
    const added = await world.api.addChunk(id, { audio: speech() });
    const chunk = await world.api.settledChunk(added.id);

    expect(added).toMatchObject({ audioSeconds: SECONDS, recording: WAV });
    expect(chunk).toMatchObject({ status: 'completed', audioSeconds: SECONDS, recording: WAV });
    expect(chunk.diarization?.data).toMatchObject({ raw: { audio_duration: REPORTED_SECONDS } });
    const { body } = await world.api.get(`/api/conversations/${id}/chunks`);
    expect(body).toMatchObject({ data: [{ audioSeconds: SECONDS, recording: WAV }] });
  });

  it('of a URL are not waited for, and known once the correction has loaded it', async () => {
    const { id } = await world.api.createConversation();
    const { body, status } = await world.api.post<{ id: string }>(`/api/conversations/${id}/chunks`, {
      audioUrl: `${hostUrl}/a.wav`,
    });

    expect(status).toBe(202);
    expect(body).toMatchObject({ audioSeconds: null, recording: null });
    expect(await world.api.settledChunk(body.id)).toMatchObject({ audioSeconds: SECONDS, recording: WAV });
  });

  it.each([{}, { redactPii: true }, { anonymize: true }])(
    'have the length that the provider reports when the file cannot be read, with %o',
    async (settings) => {
      const { id } = await world.api.createConversation(settings);
      const added = await world.api.addChunk(id, { audio: new Uint8Array(await recording('pcm.aiff')) });

      expect(added).toMatchObject({ audioSeconds: null, recording: null });
      const chunk = await world.api.settledChunk(added.id);
      expect(chunk).toMatchObject({ status: 'completed', audioSeconds: REPORTED_SECONDS, recording: null });
    },
  );
});

describe('a recording without sound, in a bucket', () => {
  let server: S3Server;
  let world: World;

  beforeAll(async () => {
    server = await S3Server.start('fauxqs');
    world = await World.start({ env: server.env() });
  });

  afterAll(async () => {
    await world.stop();
    await server.stop();
  });

  it.each([
    ['film.mp4', 'no_audio_track'],
    ['empty.webm', 'no_sound'],
  ] as const)('is refused, and leaves nothing behind: %s', async (name, code) => {
    const { id } = await world.api.createConversation();
    const audio = new Uint8Array(await recording(name));

    expectError(await world.api.upload(id, { audio }), 415, code);
    expect(await server.keys()).toEqual([]);
    expect(await storedFiles(world.dataDir)).toEqual([]);
    expect((await world.api.conversation(id)).chunks.total).toBe(0);
  });

  it('is told from one with sound by reading parts of the object', async () => {
    const { id } = await world.api.createConversation();
    const added = await world.api.addChunk(id, {
      audio: new Uint8Array(await recording('index-at-end.m4a')),
    });

    expect(added).toMatchObject({ audioSeconds: 3, recording: { container: 'mp4', codec: 'aac' } });
  });
});
