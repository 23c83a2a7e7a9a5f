import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDataDir } from '../config/make-data-dir.js';
import { AudioMissingError, AudioRangeError, AudioStoreError, AudioUnavailableError } from './audio-error.js';
import { assertConversationId, assertNewKey, isStoredKey, mimeTypeOfKey } from './audio-key.js';
import {
  type AudioFacts,
  type AudioPage,
  AudioStorage,
  type ByteRange,
  type CleaningOptions,
  type ListedAudio,
  type NewAudio,
  type OpenedAudio,
  type StoredAudio,
} from './audio-storage.js';
import { IncomingAudio } from './incoming-audio.js';
import {
  codeOf,
  flushFolder,
  FOLDER_MODE,
  isMissing,
  listFolder,
  modifiedMs,
  storeFullError,
  writeDurably,
} from './parts/durable-files.js';

/** No upload takes a day: an older file in the incoming folder was left by a process that died. */
const ABANDONED_AFTER_MS = 86_400_000;

/** The dot distinguishes it from the folders of conversations, as no id contains one. */
const INCOMING_FOLDER = '.incoming';

/**
 * Stores recordings in a local folder, `<dataDir>/audio/<conversationId>/<chunkId>.<extension>`.
 *
 * - A file under its final name is complete: it is written to a temporary file, flushed to the
 *   disk, and only then renamed.
 * - The rename is flushed as well, so that an accepted recording survives a power cut.
 * - A failed upload leaves no file; a process that dies leaves one in the incoming folder, for
 *   `cleanTemporary`.
 *
 * Several processes may share the folder.
 */
export class LocalAudioStorage extends AudioStorage {
  readonly #dataDir: string;
  readonly #root: string;
  readonly #incoming: string;

  constructor(options: { dataDir: string }) {
    super();
    this.#dataDir = options.dataDir;
    this.#root = join(options.dataDir, 'audio');
    this.#incoming = join(this.#root, INCOMING_FOLDER);
  }

  override async save(input: NewAudio): Promise<StoredAudio> {
    // Reading reports every failure of the upload. This listener is for a failure after reading has
    // ended, while the stream is being destroyed: without a listener it would end the process.
    const stream = input.stream.on('error', () => undefined);
    const temporary = join(this.#incoming, randomUUID());
    try {
      assertNewKey(input.key);
      const audio = await IncomingAudio.begin({ ...input, stream });
      await this.#makeFolder(this.#incoming);
      await writeDurably(temporary, audio.chunks());
      const key = `${input.key}.${audio.type.extension}`;
      await this.#publish(temporary, key);
      return { key, bytes: audio.bytes, mimeType: audio.type.mimeType, sha256: audio.sha256() };
    } catch (error) {
      throw storeFullError(error) ?? error;
    } finally {
      stream.destroy();
      await rm(temporary, { force: true });
    }
  }

  override async open(key: string, range?: ByteRange): Promise<OpenedAudio> {
    const mimeType = mimeTypeOfKey(key);
    let file: FileHandle | undefined;
    try {
      file = await open(join(this.#root, key), 'r');
      const { size } = await file.stat();
      if (range === undefined) return { stream: file.createReadStream(), bytes: size, mimeType };
      if (range.start >= size) throw new AudioRangeError(key);
      const { start } = range;
      const end = Math.min(range.end, size - 1);
      return { stream: file.createReadStream({ start, end }), bytes: end - start + 1, mimeType };
    } catch (error) {
      await file?.close();
      throw readError(key, error);
    }
  }

  override async stat(key: string): Promise<AudioFacts> {
    const mimeType = mimeTypeOfKey(key);
    try {
      const { size } = await stat(join(this.#root, key));
      return { bytes: size, mimeType };
    } catch (error) {
      throw readError(key, error);
    }
  }

  override async delete(key: string): Promise<void> {
    mimeTypeOfKey(key);
    await rm(join(this.#root, key), { force: true });
  }

  override async deleteConversation(conversationId: string): Promise<void> {
    assertConversationId(conversationId);
    await rm(join(this.#root, conversationId), { recursive: true, force: true });
  }

  /** Lists by folder, then by file; a page continues after the last key of the previous one. */
  override async list({ after = '', limit }: { after?: string; limit: number }): Promise<AudioPage> {
    const [lastFolder = '', lastFile = ''] = after.split('/');
    const recordings: ListedAudio[] = [];
    for (const folder of await listFolder(this.#root)) {
      if (folder < lastFolder || folder === INCOMING_FOLDER) continue;
      for (const file of await listFolder(join(this.#root, folder))) {
        const key = `${folder}/${file}`;
        if ((folder === lastFolder && file <= lastFile) || !isStoredKey(key)) continue;
        const storedAtMs = await modifiedMs(join(this.#root, key));
        if (storedAtMs !== undefined) recordings.push({ key, storedAtMs });
        if (recordings.length === limit) return { recordings, next: key };
      }
    }
    return { recordings, next: undefined };
  }

  /** Always null, as the folder cannot be reached from outside. */
  override publicUrl(_key: string): Promise<null> {
    return Promise.resolve(null);
  }

  /** Always null, for the same reason. */
  override listenUrl(_key: string, _method: 'GET' | 'HEAD'): Promise<null> {
    return Promise.resolve(null);
  }

  override publicOrigin(): Promise<null> {
    return Promise.resolve(null);
  }

  override async check(): Promise<void> {
    try {
      await this.#makeFolder(this.#root);
      await access(this.#root, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new AudioStoreError(
        `in DATA_DIR cannot be written to (${codeOf(error)}); check the folder and its owner`,
      );
    }
  }

  override close(): void {
    // Each reader closes its file.
  }

  override async cleanTemporary({ nowMs }: CleaningOptions): Promise<number> {
    let removed = 0;
    for (const name of await listFolder(this.#incoming)) {
      const path = join(this.#incoming, name);
      const writtenMs = await modifiedMs(path);
      if (writtenMs === undefined || nowMs - writtenMs < ABANDONED_AFTER_MS) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  async #makeFolder(path: string): Promise<void> {
    await makeDataDir(this.#dataDir);
    await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  }

  async #publish(temporary: string, key: string): Promise<void> {
    const target = join(this.#root, key);
    await this.#makeFolder(dirname(target));
    await rename(temporary, target);
    await flushFolder(dirname(target));
    await flushFolder(this.#root);
  }
}

function readError(key: string, error: unknown): Error {
  if (error instanceof AudioRangeError) return error;
  return isMissing(error) ? new AudioMissingError(key) : new AudioUnavailableError(key, { cause: error });
}
