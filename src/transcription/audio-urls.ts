import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AudioStorage } from '../audio/audio-storage.js';
import type { AudioSource } from '../audio/audio-source.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';

/** Makes a recording reachable for the provider by a URL. */
@Injectable()
export class AudioUrls {
  constructor(
    private readonly storage: AudioStorage,
    private readonly client: AssemblyAiClient,
  ) {}

  /**
   * The sender's own URL, a signed URL of our store, or the URL of a fresh upload to the provider.
   * The last two are new at each call, so a submission can be found again by the URL it was made
   * with.
   *
   * @throws AudioMissingError when the recording is gone, AudioUnavailableError when the store
   *   cannot be read now
   * @throws ProviderUnavailableError, ProviderRejectedError when the upload fails
   */
  async urlFor(audio: AudioSource, signal: AbortSignal): Promise<string> {
    if (audio.kind === 'url') return audio.url;
    const publicUrl = await this.storage.publicUrl(audio.key);
    if (publicUrl !== null) return publicUrl;
    const { stream, bytes } = await this.storage.open(audio.key);
    const { uploadUrl } = await this.client.upload(stream, bytes, signal);
    return uploadUrl;
  }
}

/** Identifies an audio URL without storing it: a signed URL gives access to the recording. */
export function audioUrlHash(url: string): string {
  return createHash('sha256').update(url, 'utf8').digest('hex');
}
