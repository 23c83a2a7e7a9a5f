import { randomUUID } from 'node:crypto';
import type { AudioContent } from './audio-content.js';

/** Uploads are named like the real ones; nobody can read them there, here or with the real provider. */
const UPLOAD_URL_PREFIX = 'https://cdn.assemblyai.com/upload/';

/** What was uploaded, by its URL. */
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

  /** An upload that this account cannot read: of another one, or deleted. */
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
