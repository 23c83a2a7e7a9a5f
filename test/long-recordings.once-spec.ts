import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOINED_FORMATS } from '../simulator/testing/joined-file.js';
import { sampleEncodings } from '../simulator/testing/sample-encodings.js';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import type { WindowResponse } from '../src/conversations/windows/windows.dto.js';
import { joinedRecordingFile, SAMPLES, type JoinedRecordingFile } from './support/joined-recording.js';
import { S3Server } from './support/s3-server.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { volume } from './support/volume.js';

const SECONDS = volume(16, 180) * 60;
/** The usual setting: three hours are two dozen windows, and the short run has two. */
const WINDOW_SECONDS = 480;
/** On each side of a window, and what a decoder or a container rounds up. */
const MOST_OVERLAP_SECONDS = 2 * 2 + 0.5;
/** For one recording of three hours on a slow machine. */
const SETTLE_MS = 300_000;

let folder: string;
let host: FastifyInstance;
let hostUrl: string;
let bucket: S3Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-long-'));
  bucket = await S3Server.start('fauxqs');
  host = Fastify();
  await host.register(fastifyStatic, { root: folder });
  hostUrl = await host.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await host.close();
  await bucket.stop();
  await rm(folder, { recursive: true });
});

describe.each(['a folder', 'a bucket', 'a URL'] as const)('a long recording in %s', (place) => {
  const world = sharedWorld(() =>
    World.start({
      env: {
        ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
        CORRECTION_WINDOW_SECONDS: String(WINDOW_SECONDS),
        ...(place === 'a bucket' && bucket.env()),
      },
      simulator: { encodings: sampleEncodings() },
    }),
  );

  async function add(conversationId: string, { path }: JoinedRecordingFile): Promise<ChunkResponse> {
    const name = basename(path);
    const chunks = `/api/conversations/${conversationId}/chunks`;
    if (place === 'a URL') {
      return (await world().api.post<ChunkResponse>(chunks, { audioUrl: `${hostUrl}/${name}` })).body;
    }
    const body = new FormData();
    body.append('audio', await openAsBlob(path), name);
    return (await world().api.send<ChunkResponse>('POST', chunks, { body })).body;
  }

  it.each(JOINED_FORMATS)(
    'is corrected in windows, each with its own slice of sound: %s',
    async (format) => {
      const recording = await joinedRecordingFile(SAMPLES, { folder, format, seconds: SECONDS });
      const { id } = await world().api.createConversation();

      const added = await add(id, recording);
      const chunk = await world().api.settledChunk(added.id, SETTLE_MS);

      expect(chunk).toMatchObject({ status: 'completed', transcript: recording.corrected });
      const path = `/api/chunks/${chunk.id}/windows`;
      const windows = (await world().api.get<WindowResponse[]>(path)).body;
      expect(windows.length).toBeGreaterThanOrEqual(Math.floor(SECONDS / WINDOW_SECONDS));
      expect(windows.map(({ audioOmitted }) => audioOmitted)).toEqual(windows.map(() => null));
      const lengths = windows.map(({ startMs, endMs }) => ((endMs ?? 0) - (startMs ?? 0)) / 1_000);
      const { corrections } = world().simulator.ledger;
      expect(corrections).toHaveLength(windows.length);
      for (const { audioBytes, audioSeconds, audioSamples } of corrections) {
        expect(audioBytes).toBeGreaterThan(0);
        expect(audioSamples.length).toBeGreaterThan(0);
        const seconds = audioSeconds ?? 0;
        const isOfWindow = (length: number) => seconds >= length && seconds <= length + MOST_OVERLAP_SECONDS;
        expect(lengths.some(isOfWindow), `${seconds} s of ${lengths.join(', ')}`).toBe(true);
      }
      const heard = corrections.flatMap(({ audioSamples }) => audioSamples);
      expect(heard).toHaveLength(recording.samples.length);
    },
    SETTLE_MS,
  );
});
