import { Inject, Injectable } from '@nestjs/common';
import { NotAudioError } from '../audio-error.js';
import { AudioStorage, type StoredAudio } from '../audio-storage.js';
import { audioInMemory, type RandomAccessAudio, storedAudio } from '../access/random-access-audio.js';
import { openRemote } from '../access/remote-recording.js';
import { MediaParser } from '../media/media-parser.js';
import { RemoteAudio } from '../remote-audio.js';
import type { Finding } from './read-facts.js';
import type { RecordingFacts } from './recording-facts.js';

/** Reads the facts about recordings. */
@Injectable()
export class RecordingInspector {
  constructor(
    @Inject(AudioStorage) private readonly storage: AudioStorage,
    private readonly parser: MediaParser,
    private readonly remote: RemoteAudio,
  ) {}

  /**
   * Reads the facts about an upload, after it was stored. The caller removes a refused one.
   *
   * @returns null when they are not known, which is no reason to refuse the recording
   * @throws NotAudioError when it has no audio track, or is 0 seconds long
   */
  async inspectUpload(audio: StoredAudio): Promise<RecordingFacts | null> {
    const finding = await this.find(storedAudio(this.storage, audio), new AbortController().signal);
    switch (finding.kind) {
      case 'facts':
        return finding.facts;
      case 'unknown':
        return null;
      case 'no_audio_track':
      case 'no_sound':
        throw new NotAudioError(finding.kind);
    }
  }

  /**
   * Reads the facts about a recording that was loaded from a caller's URL.
   *
   * @returns null when they are not known
   * @throws the caller's own abort reason when `signal` aborts
   */
  async inspectLoaded(recording: Buffer, signal: AbortSignal): Promise<RecordingFacts | null> {
    const finding = await this.find(audioInMemory(recording), signal);
    return finding.kind === 'facts' ? finding.facts : null;
  }

  /**
   * Reads the facts about a recording at a caller's URL by ranges, without loading it.
   *
   * @returns null when they are not known
   * @throws the caller's own abort reason when `signal` aborts
   */
  async inspectUrl(url: string, signal: AbortSignal): Promise<RecordingFacts | null> {
    const opened = await openRemote(this.remote, url, signal);
    if ('omitted' in opened) return null;
    const finding = await this.find(opened.audio, signal);
    return finding.kind === 'facts' ? finding.facts : null;
  }

  private async find(audio: RandomAccessAudio, signal: AbortSignal): Promise<Finding> {
    try {
      return await this.parser.run('facts', { input: null, audio, signal });
    } catch {
      // The file has stopped its parser, or the service stops: neither is a reason to refuse it.
      signal.throwIfAborted();
      return { kind: 'unknown' };
    }
  }
}
