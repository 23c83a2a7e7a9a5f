import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { makeDataDir } from '../../config/make-data-dir.js';
import { asError } from '../../errors/error-message.js';
import { PartsGoneError, UploadCutOffError } from '../audio-error.js';
import { assertNewKey } from '../audio-key.js';
import type { AudioStorage, StoredAudio } from '../audio-storage.js';
import type { MediaType } from '../signatures.js';
import {
  flushFolder,
  FOLDER_MODE,
  isMissing,
  listFolder,
  storeFullError,
  writeDurably,
} from './durable-files.js';
import { type PartedAudio, PartStorage } from './part-storage.js';

/** Parts need no place of their own: they lie in the folder of their conversation. */
const TARGET = 'folder';

/**
 * Stores parts as files, `<dataDir>/audio/<conversationId>/<chunkId>.part-<uuid>`, which are
 * flushed to the disk with their names. They are joined by copying them into a recording, as one
 * that arrives in one piece.
 */
export class LocalPartStorage extends PartStorage {
  readonly #dataDir: string;
  readonly #root: string;
  readonly #recordings: AudioStorage;

  /** @param options.recordings the store of the same folder */
  constructor(options: { dataDir: string; recordings: AudioStorage }) {
    super();
    this.#dataDir = options.dataDir;
    this.#root = join(options.dataDir, 'audio');
    this.#recordings = options.recordings;
  }

  override begin(_key: string, _type: MediaType): Promise<string> {
    return Promise.resolve(TARGET);
  }

  override putPart(key: string, { content }: { content: readonly Buffer[] }): Promise<string> {
    return this.#write(key, content);
  }

  override putTail(key: string, content: readonly Buffer[]): Promise<string> {
    return this.#write(key, content);
  }

  override async readTail(key: string, name: string): Promise<Buffer> {
    try {
      return await readFile(this.#pathOf(key, name));
    } catch (error) {
      throw isMissing(error) ? new PartsGoneError() : error;
    }
  }

  override async deleteTail(key: string, name: string): Promise<void> {
    await rm(this.#pathOf(key, name), { force: true });
  }

  override async join({ key, parts, declared }: PartedAudio): Promise<StoredAudio> {
    const paths = parts.map(({ name }) => this.#pathOf(key, name));
    const maxBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    try {
      return await this.#recordings.save({ stream: concatenated(paths), key, maxBytes, declared });
    } catch (error) {
      // Here the sender's bytes come from the disk.
      if (error instanceof UploadCutOffError) {
        throw isMissing(error.cause) ? new PartsGoneError() : asError(error.cause);
      }
      throw error;
    }
  }

  override async discard(key: string): Promise<void> {
    assertNewKey(key);
    const folder = dirname(join(this.#root, key));
    const prefix = `${key.split('/')[1] ?? ''}.part-`;
    for (const name of await listFolder(folder)) {
      if (name.startsWith(prefix)) await rm(join(folder, name), { force: true });
    }
  }

  override close(): void {
    // Each reader closes its file.
  }

  async #write(key: string, content: readonly Buffer[]): Promise<string> {
    const name = randomUUID();
    const path = this.#pathOf(key, name);
    try {
      await makeDataDir(this.#dataDir);
      await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
      await writeDurably(path, content);
      await flushFolder(dirname(path));
      await flushFolder(this.#root);
      return name;
    } catch (error) {
      await rm(path, { force: true });
      throw storeFullError(error) ?? error;
    }
  }

  #pathOf(key: string, name: string): string {
    assertNewKey(key);
    return join(this.#root, `${key}.part-${name}`);
  }
}

function concatenated(paths: readonly string[]): Readable {
  async function* content(): AsyncGenerator<Buffer> {
    for (const path of paths) yield* createReadStream(path) as AsyncIterable<Buffer>;
  }
  return Readable.from(content(), { objectMode: false });
}
