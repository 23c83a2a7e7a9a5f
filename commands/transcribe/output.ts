import { once } from 'node:events';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { errnoOf } from '../../src/embedded-postgres/embedded-postgres-error.js';
import { extensionOf, type TranscribeArguments } from './arguments.js';
import type { Recording } from './recordings.js';

const NEWLINE = 0x0a;

/** Destination of the result: a file, or standard output. */
export type Output = { kind: 'file'; path: string } | { kind: 'stdout' };

/**
 * Chooses where the result goes.
 *
 * @param folder against which `--out` is resolved
 * @returns the problem with it, if there is one
 */
export async function chooseOutput(
  { format, out }: Pick<TranscribeArguments, 'format' | 'out'>,
  recordings: readonly Recording[],
  { folder, isTerminal }: { folder: string; isTerminal: boolean },
): Promise<Output | { problem: string }> {
  if (out === undefined) {
    if (format !== 'docx' || !isTerminal) return { kind: 'stdout' };
    return { problem: 'docx cannot be shown on a terminal: give --out <folder>, or redirect the output' };
  }
  const target = resolve(folder, out);
  const [first] = recordings;
  const name = basename(first?.path ?? '');
  const path = join(target, `${name.slice(0, name.length - extname(name).length)}.${extensionOf(format)}`);
  if (recordings.some((recording) => recording.path === path)) {
    return { problem: `--out would replace the recording ${path}: give another folder` };
  }
  const problem = await makeFolder(target);
  return problem === undefined ? { kind: 'file', path } : { problem: `--out ${out} ${problem}` };
}

async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { recursive: true });
    return (await stat(path)).isDirectory() ? undefined : 'is not a folder';
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return 'is not a folder';
    return `cannot be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Writes the result. A file is complete or not there at all. */
export async function write(output: Output, result: Uint8Array, isText: boolean): Promise<void> {
  const bytes = isText && result.at(-1) !== NEWLINE ? Buffer.concat([result, Buffer.from('\n')]) : result;
  if (output.kind === 'stdout') return print(bytes);
  const unfinished = join(dirname(output.path), `.${basename(output.path)}.${process.pid}`);
  try {
    await writeFile(unfinished, bytes);
    await rename(unfinished, output.path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function print(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}
