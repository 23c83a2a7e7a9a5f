import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Server, type S3Kind } from './support/s3-server.js';
import { MediaParser } from '../src/audio/media/media-parser.js';
import { OutboundAgents } from '../src/outbound/outbound-agents.js';
import { RemoteAudio } from '../src/audio/remote-audio.js';
import { S3AudioStorage } from '../src/audio/s3-audio-storage.js';
import { LONG_FILES, packetsOf, packetsWithin } from '../src/audio/testing/long-files.js';
import { RecordingSlicer } from '../src/audio/slices/recording-slicer.js';

const SECONDS = 120;

describe.each<S3Kind>(['fauxqs', 's3rver'])('slices of recordings in a bucket of %s', (kind) => {
  let server: S3Server;
  let storage: S3AudioStorage;
  let parser: MediaParser;

  beforeAll(async () => {
    server = await S3Server.start(kind);
    storage = new S3AudioStorage(server.config());
    parser = new MediaParser();
  });

  afterAll(async () => {
    await parser.onApplicationShutdown();
    storage.close();
    await server.stop();
  });

  it.each(Object.keys(LONG_FILES))('are cut at the same time: %s', async (name) => {
    const file = (await LONG_FILES[name]?.(SECONDS)) ?? Buffer.alloc(0);
    const packets = await packetsOf(file);
    const key = `conversation-1/${crypto.randomUUID()}`;
    const stored = await storage.save({ stream: Readable.from([file]), key, maxBytes: 50_000_000 });
    const slicer = new RecordingSlicer(storage, new RemoteAudio(new OutboundAgents([])), parser);
    const starts = [90, 10, 50, 30, 70];

    const slices = await Promise.all(
      starts.map((startSeconds) =>
        slicer.cut(
          { kind: 'stored', ...stored },
          { startSeconds, endSeconds: startSeconds + 8, maxBytes: 5_000_000 },
          new AbortController().signal,
        ),
      ),
    );

    for (const [index, startSeconds] of starts.entries()) {
      const slice = slices[index];
      if (slice === undefined || 'omitted' in slice) throw new Error(slice?.detail);
      const found = (await packetsOf(slice.bytes)).map(({ data }) => Buffer.from(data));
      const wanted = packetsWithin(packets, startSeconds, startSeconds + 8);
      expect(Buffer.concat(found).equals(Buffer.concat(wanted.map(({ data }) => data)))).toBe(true);
    }
  });
});
