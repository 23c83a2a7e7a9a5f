import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The English one that opens the meeting: its names are misheard, so that a correction has something to do. */
const FILE = '01-opening.wav';
const MIME_TYPE = 'audio/wav';
/** Compiled code lies two folders deeper than the sources; more would be somebody else's `samples/`. */
const MAX_LEVELS_UP = 4;

/** A recording of a few seconds, and what is known about it. */
export interface Sample {
  file: string;
  audio: { bytes: Buffer; mimeType: string };
  durationSeconds: number;
  language: string;
  hotwords: string[];
  /** Words that a first stage understands of it. */
  heard: string;
}

/** The fields that are read of `samples/manifest.json`. */
interface Manifest {
  hotwords: string;
  recordings: { file: string; durationSeconds: number; language: string; heard: string }[];
}

/** @throws Error when the folder is not there, as in an installation that left it out */
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
  throw new Error('samples/manifest.json is not there; get the folder from the repository');
}
