import { Inject, Injectable } from '@nestjs/common';
import { type ClosedRecording, type OpenedRecording, versionOf } from '../access/opened-recording.js';
import { type RandomAccessAudio, storedAudio } from '../access/random-access-audio.js';
import { AudioReadError, readingAgain } from '../access/read-again.js';
import { readingAhead } from '../access/read-ahead.js';
import { openRemote } from '../access/remote-recording.js';
import { AudioMissingError, AudioUnavailableError } from '../audio-error.js';
import type { AudioSource } from '../audio-source.js';
import { AudioStorage } from '../audio-storage.js';
import { Deadline } from '../../deadlines/deadline.js';
import { MediaParser } from '../media/media-parser.js';
import { ThreadLostError } from '../media/media-thread.js';
import { DETECTION_BYTES, detectMediaType } from '../media-type.js';
import { RemoteAudio } from '../remote-audio.js';
import type { Slice, SliceRequest, Uncut } from './cut-slice.js';
import { Slots } from '../../event-loop/slots.js';

/**
 * Slices that are cut at the same time. Each needs some 30 MB, and up to 24 MB more for a recording
 * that its server sends only as a whole; more at once are not cut faster, as they share a thread.
 */
const CONCURRENT_CUTS = 2;

/**
 * Time for a slice. Reading one takes a second or two; the first slice of an MP3 reads all that
 * lies before it, at some megabytes a second from a slow server. A repeated cut goes on from there.
 */
const TIMEOUT_MS = 120_000;

/** Why a slice was not made; `detail` is a clause for people, and contains no URL. */
export interface OmittedSlice {
  /**
   * `uncut`: of a kind that is not cut, broken, or without sound in this part; `refused`: the
   * address is not allowed.
   */
  omitted: 'uncut' | 'too_large' | 'unavailable' | 'refused' | 'not_audio';
  detail: string;
}

/** Cuts slices of recordings, wherever these are, without loading more than the slice. */
@Injectable()
export class RecordingSlicer {
  private readonly slots = new Slots(CONCURRENT_CUTS);

  constructor(
    @Inject(AudioStorage) private readonly storage: AudioStorage,
    private readonly remote: RemoteAudio,
    private readonly parser: MediaParser,
  ) {}

  /**
   * Cuts the packets that overlap a part of a recording. A decoder needs some packets before the
   * first one that sounds right (100 ms in MP3 and Opus): request a second more than is needed.
   * Idempotent.
   *
   * @returns the slice, or why it is omitted; failures of the store, of the other server and of the
   * file are never thrown
   * @throws the caller's own abort reason when `signal` aborts
   * @throws InvalidAudioKeyError for a malformed key
   */
  async cut(source: AudioSource, part: SliceRequest, signal: AbortSignal): Promise<Slice | OmittedSlice> {
    signal.throwIfAborted();
    return this.slots.run(() => this.cutInTime(source, part, signal), { signal });
  }

  private async cutInTime(
    source: AudioSource,
    part: SliceRequest,
    caller: AbortSignal,
  ): Promise<Slice | OmittedSlice> {
    const deadline = new Deadline({ timeoutMs: TIMEOUT_MS, signal: caller });
    try {
      return await this.openAndCut(source, part, deadline.signal);
    } catch (error) {
      caller.throwIfAborted();
      if (deadline.expired) {
        return unavailable(`cutting the recording took longer than ${TIMEOUT_MS / 1_000} seconds`);
      }
      if (error instanceof ThreadLostError) return { omitted: 'uncut', detail: error.message };
      if (error instanceof AudioMissingError || error instanceof AudioUnavailableError) {
        return unavailable(error.message);
      }
      throw error;
    } finally {
      deadline.dispose();
    }
  }

  private async openAndCut(
    source: AudioSource,
    part: SliceRequest,
    signal: AbortSignal,
  ): Promise<Slice | OmittedSlice> {
    const opened = await this.open(source, signal);
    if ('omitted' in opened) return opened;
    let failure: unknown;
    const patient = readingAgain(opened.audio);
    const audio = readingAhead({
      bytes: patient.bytes,
      read: async (range, reads) => {
        try {
          return await patient.read(range, reads);
        } catch (error) {
          failure ??= error;
          throw error;
        }
      },
    });
    const input = { ...part, version: opened.version };
    const outcome = await this.parser.run('slice', { input, audio, signal });
    if (!('uncut' in outcome)) return outcome;
    if (failure !== undefined) return unavailable(readFailure(failure));
    if (source.kind === 'url' && (await isOther(audio, signal))) {
      return { omitted: 'not_audio', detail: 'the audio URL delivered something other than audio' };
    }
    return omission(outcome);
  }

  private async open(source: AudioSource, signal: AbortSignal): Promise<OpenedRecording | ClosedRecording> {
    if (source.kind === 'url') return openRemote(this.remote, source.url, signal);
    const { key } = source;
    const { bytes } = await this.storage.stat(key);
    return { audio: storedAudio(this.storage, { key, bytes }), version: versionOf('stored', key, bytes) };
  }
}

function omission({ uncut, detail }: Uncut): OmittedSlice {
  return { omitted: uncut === 'too_large' ? 'too_large' : 'uncut', detail };
}

function unavailable(detail: string): OmittedSlice {
  return { omitted: 'unavailable', detail };
}

function readFailure(error: unknown): string {
  const isExplained =
    error instanceof AudioReadError ||
    error instanceof AudioMissingError ||
    error instanceof AudioUnavailableError;
  return isExplained ? error.message : 'reading the recording failed';
}

/** Whether a file is of a known kind that is no recording, or empty. */
async function isOther(audio: RandomAccessAudio, signal: AbortSignal): Promise<boolean> {
  if (audio.bytes === 0) return true;
  const head = await audio.read({ start: 0, end: Math.min(DETECTION_BYTES, audio.bytes) - 1 }, signal);
  const found = await detectMediaType(head);
  return found === 'not_audio' || found === 'later_piece';
}
