import { setImmediate as nextIteration } from 'node:timers/promises';
import {
  ADTS,
  BufferSource,
  EncodedPacketSink,
  FLAC,
  Input,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WEBM,
  type AudioCodec,
} from 'mediabunny';
import { adtsBody, flacBody } from './packet-bodies.js';

// The library prints notes about files that it cannot read.
Logging.level = LogLevel.Silent;

/** Packets after which others get their turn: reading from memory never waits. */
const PACKETS_AT_ONCE = 500;

/** A packet of compressed sound. */
export interface AudioPacket {
  /** The part that does not depend on the place of the packet in its file. */
  readonly body: Buffer;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/**
 * Reads the packets of the sound of a recording that is not WAV.
 *
 * @throws errors of the library for a broken file
 */
export async function* audioPackets(recording: Buffer): AsyncGenerator<AudioPacket> {
  const formats = [MP4, QTFF, MATROSKA, WEBM, OGG, FLAC, MP3, ADTS];
  const input = new Input({ source: new BufferSource(recording), formats });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) return;
    const codec = await track.getCodec();
    let count = 0;
    for await (const { data, timestamp, duration } of new EncodedPacketSink(track).packets()) {
      count += 1;
      if (count % PACKETS_AT_ONCE === 0) await nextIteration();
      const body = bodyOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength), codec);
      yield { body, startSeconds: timestamp, endSeconds: timestamp + duration };
    }
  } finally {
    input.dispose();
  }
}

function bodyOf(packet: Buffer, codec: AudioCodec | null): Buffer {
  if (codec === 'flac') return flacBody(packet);
  return codec === 'aac' ? adtsBody(packet) : packet;
}
