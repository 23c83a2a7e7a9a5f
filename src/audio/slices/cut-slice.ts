import {
  ADTS,
  AdtsOutputFormat,
  BufferTarget,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  FlacOutputFormat,
  type InputAudioTrack,
  type InputFormat,
  MATROSKA,
  Mp3OutputFormat,
  Mp4OutputFormat,
  MPEG_TS,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WavOutputFormat,
  WEBM,
  WebMOutputFormat,
} from 'mediabunny';
import { openMedia } from '../access/media-input.js';
import type { RandomAccessAudio } from '../access/random-access-audio.js';
import { FrameIndexes } from './near/frame-indexes.js';
import { nearPart } from './near/near-part.js';
import type { NearPart } from './near/near-request.js';

/** A part of a recording, in seconds from its beginning. */
export interface SliceRequest {
  startSeconds: number;
  endSeconds: number;
  /** Largest slice that is made. */
  maxBytes: number;
}

export interface SliceTask extends SliceRequest {
  /**
   * Differs for each recording, and after each change of one. Without it, nothing is remembered of
   * the recording.
   */
  version?: string | undefined;
}

/**
 * A part of a recording, as a file of its own. Its times are those of its first and last packet in
 * the recording: a packet that reaches into the requested part belongs to it as a whole.
 */
export interface Slice {
  bytes: Uint8Array;
  mimeType: string;
  startSeconds: number;
  endSeconds: number;
}

/**
 * Why no slice was made. `unreadable`: broken, of an unknown kind, or not to be read now;
 * `unsupported`: of a codec that is not cut; `empty`: no sound in that part; `too_large`.
 */
export interface Uncut {
  uncut: 'unreadable' | 'unsupported' | 'empty' | 'too_large';
  /** For people; contains nothing of the recording. */
  detail: string;
}

/** Headers and indexes of a slice, besides its packets: a share of them, and some kilobytes. */
const OVERHEAD_SHARE = 1.05;
const OVERHEAD_BYTES = 16_384;

/** Times are compared to the microsecond: they are sums of fractions. */
const TINY_SECONDS = 1e-6;

interface Writer {
  format: OutputFormat;
  mimeType: string;
}

const EMPTY: Uncut = { uncut: 'empty', detail: 'the recording has no sound in this part' };
const UNSUPPORTED: Uncut = { uncut: 'unsupported', detail: 'recordings of this kind are not cut' };

/**
 * Cuts a slice by copying packets, without decoding them, in the memory of the slice. Little more
 * than the slice is read, except of recordings whose frames must be counted: these are read once.
 *
 * @param indexes what is known of such recordings
 * @returns failures of reading and broken files as `uncut`; they are never thrown
 * @throws the caller's own abort reason when `signal` aborts
 */
export async function cutSlice(
  audio: RandomAccessAudio,
  request: SliceTask,
  signal: AbortSignal,
  indexes = new FrameIndexes(),
): Promise<Slice | Uncut> {
  const input = openMedia(audio, { signal, maxReadBytes: Infinity });
  try {
    const format = await input.getFormat();
    const track = await input.getPrimaryAudioTrack();
    const writer = track === null ? undefined : await writerOf(format, track);
    if (track === null || writer === undefined) return UNSUPPORTED;
    // Without a first packet the library would search a FLAC forever.
    const opening = await new EncodedPacketSink(track).getFirstPacket();
    if (opening === null) return EMPTY;
    // The times of a stream start where its broadcast was at that moment.
    const origin = Math.max(0, opening.timestamp);
    const seconds = origin + request.startSeconds;
    const near = await nearPart({ ...request, audio, format, track, seconds, signal }, indexes);
    return near === undefined
      ? await copy(track, { ...request, offsetSeconds: origin, writer })
      : await copyNear(near, { ...request, offsetSeconds: origin - near.startSeconds, writer }, signal);
  } catch {
    signal.throwIfAborted();
    return { uncut: 'unreadable', detail: 'the recording is broken, or could not be read' };
  } finally {
    input.dispose();
  }
}

/** Chooses the container of a slice: that of the recording, or the nearest that models accept. */
async function writerOf(format: InputFormat, track: InputAudioTrack): Promise<Writer | undefined> {
  const codec = await track.getCodec();
  switch (codec) {
    case null:
      return undefined;
    case 'mp3':
      return { format: new Mp3OutputFormat(), mimeType: 'audio/mpeg' };
    case 'flac':
      return { format: new FlacOutputFormat(), mimeType: 'audio/flac' };
    case 'aac':
      return format === ADTS || format === MPEG_TS
        ? { format: new AdtsOutputFormat(), mimeType: 'audio/aac' }
        : { format: new Mp4OutputFormat({ fastStart: 'in-memory' }), mimeType: 'audio/mp4' };
    case 'opus':
    case 'vorbis':
      return format === WEBM || format === MATROSKA
        ? { format: new WebMOutputFormat(), mimeType: 'audio/webm' }
        : { format: new OggOutputFormat(), mimeType: 'audio/ogg' };
    default: {
      const wav = new WavOutputFormat();
      return wav.getSupportedAudioCodecs().includes(codec)
        ? { format: wav, mimeType: 'audio/wav' }
        : undefined;
    }
  }
}

interface CopyRequest extends SliceRequest {
  /** Added to the times of the request, to get those of the track. */
  offsetSeconds: number;
  writer: Writer;
}

async function copyNear(near: NearPart, request: CopyRequest, signal: AbortSignal): Promise<Slice | Uncut> {
  const input = openMedia(near.audio, { signal, maxReadBytes: Infinity });
  try {
    const track = await input.getPrimaryAudioTrack();
    return track === null ? EMPTY : await copy(track, request);
  } finally {
    input.dispose();
  }
}

async function copy(track: InputAudioTrack, request: CopyRequest): Promise<Slice | Uncut> {
  const { offsetSeconds, maxBytes, writer } = request;
  const sink = new EncodedPacketSink(track);
  const endSeconds = request.endSeconds + offsetSeconds - TINY_SECONDS;
  let packet = await firstPacket(sink, request.startSeconds + offsetSeconds);
  if (packet === null || packet.timestamp >= endSeconds) return EMPTY;

  const codec = await track.getCodec();
  const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
  if (codec === null || decoderConfig === undefined) return UNSUPPORTED;
  const target = new BufferTarget();
  const output = new Output({ format: writer.format, target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  const first = packet.timestamp;
  let last = packet;
  let bytes = 0;
  while (packet !== null && packet.timestamp < endSeconds) {
    bytes += packet.byteLength;
    if (bytes * OVERHEAD_SHARE + OVERHEAD_BYTES > maxBytes) {
      await output.cancel();
      return { uncut: 'too_large', detail: `the slice would be larger than ${maxBytes} bytes` };
    }
    last = packet;
    await source.add(packet.clone({ timestamp: packet.timestamp - first }), { decoderConfig });
    packet = await sink.getNextPacket(packet);
  }
  await output.finalize();
  if (target.buffer === null) return EMPTY;
  return {
    bytes: new Uint8Array(target.buffer),
    mimeType: writer.mimeType,
    startSeconds: first - offsetSeconds,
    endSeconds: endOf(last, packet) - offsetSeconds,
  };
}

/** Finds the first packet that ends after a time. */
async function firstPacket(sink: EncodedPacketSink, seconds: number): Promise<EncodedPacket | null> {
  const opening = await sink.getFirstPacket();
  if (opening === null || seconds <= opening.timestamp) return opening;
  const packet = await sink.getPacket(seconds + TINY_SECONDS);
  if (packet === null) return null;
  const next = await sink.getNextPacket(packet);
  return endOf(packet, next) > seconds + TINY_SECONDS ? packet : next;
}

/** Packets of Matroska may have no duration: they last until the next one. */
function endOf({ timestamp, duration }: EncodedPacket, next: EncodedPacket | null): number {
  return duration === 0 && next !== null ? next.timestamp : timestamp + duration;
}
