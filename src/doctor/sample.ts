import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * English opening of the meeting. Its names are transcribed wrongly, so that there is something to
 * correct.
 */
const FILE = '01-opening.wav';
const MIME_TYPE = 'audio/wav';
/**
 * Covers compiled code, which is two folders deeper than the sources; a higher folder could have an
 * unrelated `samples/`.
 */
const MAX_LEVELS_UP = 4;

/** A recording of a few seconds, and its metadata. */
export interface Sample {
  file: string;
  audio: { bytes: Buffer; mimeType: string };
  durationSeconds: number;
  language: string;
  hotwords: string[];
  /** Typical text of a first stage for the recording. */
  heard: string;
}

/** Fields of `samples/manifest.json` that the doctor reads. */
interface Manifest {
  hotwords: string;
  recordings: { file: string; durationSeconds: number; language: string; heard: string }[];
}

/** @throws Error when the folder is missing, as in an installation without it */
export async function loadSample(): Promise<Sample> {
  const folder = findFolder();
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const recording = manifest.recordings.find(({ file }) => file === FILE);
  if (recording === undefined) throw new Error(`samples/manifest.json does not know ${FILE}`);
  const { durationSeconds, language, heard } = recording;
  const audio = { bytes: await readFile(join(folder, FILE)), mimeType: MIME_TYPE };
  const hotwords = manifest.hotwords.split(',').map((word) => word.trim());
  return { file: FILE, audio, durationSeconds, language, hotwords, heard };
}

function findFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < MAX_LEVELS_UP; level += 1) {
    const candidate = join(folder, 'samples');
    if (existsSync(join(candidate, 'manifest.json'))) return candidate;
    folder = dirname(folder);
  }
  throw new Error('samples/manifest.json is missing; get the folder from the repository');
}
