import { randomUUID } from 'node:crypto';
import type { AudioContent } from './audio-content.js';

/** Prefix of upload URLs, like the real ones, which cannot be downloaded either. */
const UPLOAD_URL_PREFIX = 'https://cdn.assemblyai.com/upload/';

/** Stores uploads by their URL. */
export class UploadStore {
  private readonly byUrl = new Map<string, AudioContent>();

  add(content: AudioContent): string {
    const url = `${UPLOAD_URL_PREFIX}${randomUUID()}`;
    this.byUrl.set(url, content);
    return url;
  }

  find(url: string): AudioContent | undefined {
    return this.byUrl.get(url);
  }

  /** Whether this account cannot read an upload: it belongs to another account, or was deleted. */
  isForeign(url: string): boolean {
    return url.startsWith(UPLOAD_URL_PREFIX) && !this.byUrl.has(url);
  }

  delete(url: string): void {
    this.byUrl.delete(url);
  }

  clear(): void {
    this.byUrl.clear();
  }
}
