import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDataDir } from '../config/make-data-dir.js';
import {
  AudioMissingError,
  AudioStoreError,
  AudioStoreFullError,
  AudioUnavailableError,
} from './audio-error.js';
import { assertConversationId, assertNewKey, isStoredKey, mimeTypeOfKey } from './audio-key.js';
import {
  type AudioPage,
  AudioStorage,
  type ListedAudio,
  type NewAudio,
  type OpenedAudio,
  type StoredAudio,
} from './audio-storage.js';
import { IncomingAudio } from './incoming-audio.js';

/** No upload takes a day: what lies in the incoming folder for longer was left by a process that died. */
const ABANDONED_AFTER_MS = 86_400_000;

/** Recordings are personal data: only the user that runs the service may read them. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** The disk, the user's share of it, or the longest file that is allowed. */
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The dot keeps it apart from every conversation's folder: no id has one. */
const INCOMING_FOLDER = '.incoming';

/**
 * Recordings in a local folder, `<dataDir>/audio/<conversationId>/<chunkId>.<extension>`.
 *
 * 1. A file under its final name is complete: it is written beside, flushed to the disk, and only then renamed.
 * 2. The rename is flushed as well, so that what was accepted is still there after a power cut.
 * 3. Whatever fails leaves no file; a process that dies leaves one in the incoming folder, for `cleanTemporary`.
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
    // The reading meets every failure of the upload. This is for one that comes when nobody reads any more, while it is
    // let go: without a listener that would end the process.
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
      if (NO_ROOM.has(codeOf(error))) throw new AudioStoreFullError(codeOf(error));
      throw error;
    } finally {
      stream.destroy();
      await rm(temporary, { force: true });
    }
  }

  override async open(key: string): Promise<OpenedAudio> {
    const mimeType = mimeTypeOfKey(key);
    let file: FileHandle | undefined;
    try {
      file = await open(join(this.#root, key), 'r');
      const { size } = await file.stat();
      return { stream: file.createReadStream(), bytes: size, mimeType };
    } catch (error) {
      await file?.close();
      if (isMissing(error)) throw new AudioMissingError(key);
      throw new AudioUnavailableError(key, { cause: error });
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

  /** In the order of the folders, and of the files in each; a page continues after the last key of the one before. */
  override async list({ after = '', limit }: { after?: string; limit: number }): Promise<AudioPage> {
    const [lastFolder = '', lastFile = ''] = after.split('/');
    const recordings: ListedAudio[] = [];
    for (const folder of await listFolder(this.#root)) {
      if (folder < lastFolder || folder === INCOMING_FOLDER) continue;
      for (const file of await listFolder(join(this.#root, folder))) {
        const key = `${folder}/${file}`;
        if ((folder === lastFolder && file <= lastFile) || !isStoredKey(key)) continue;
        const storedAtMs = await lastTouchedMs(join(this.#root, key));
        if (storedAtMs !== undefined) recordings.push({ key, storedAtMs });
        if (recordings.length === limit) return { recordings, next: key };
      }
    }
    return { recordings, next: undefined };
  }

  /** Always null: nobody outside can reach this folder. */
  override publicUrl(_key: string): Promise<null> {
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
    // Files are closed by whoever reads them.
  }

  override async cleanTemporary(nowMs: number = Date.now()): Promise<number> {
    let removed = 0;
    for (const name of await listFolder(this.#incoming)) {
      const path = join(this.#incoming, name);
      const touchedMs = await lastTouchedMs(path);
      if (touchedMs === undefined || nowMs - touchedMs < ABANDONED_AFTER_MS) continue;
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

async function writeDurably(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  // Windows neither opens folders nor needs it: its file systems log renames themselves.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** @returns the names in it, sorted; none where there is no folder */
async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function lastTouchedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no code';
}
