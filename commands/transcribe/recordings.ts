import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { errnoOf } from '../../src/embedded-postgres/embedded-postgres-error.js';

export interface Recording {
  /** Absolute path. */
  path: string;
  /** Short name, different from those of the others. */
  name: string;
}

/** The recordings, or a line for each file that cannot be one. */
export type CheckedRecordings = { recordings: Recording[]; problems: string[] };

/**
 * Checks the files before anything is started or sent.
 *
 * @param folder against which relative paths are resolved
 */
export async function checkRecordings(files: readonly string[], folder: string): Promise<CheckedRecordings> {
  const problems: string[] = [];
  const recordings: Recording[] = [];
  for (const file of files) {
    const path = resolve(folder, file);
    const problem = await problemOf(path);
    if (problem === undefined) recordings.push({ path, name: nameOf(file, files) });
    else problems.push(`${file} ${problem}`);
  }
  return { recordings, problems };
}

async function problemOf(path: string): Promise<string | undefined> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return 'is not a file';
    if (facts.size === 0) return 'is empty';
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    switch (errnoOf(error)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return 'does not exist';
      case 'EACCES':
      case 'EPERM':
        return 'may not be read by this user';
      default:
        return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** Returns the file's own name; where another file has the same, its path as it was given. */
function nameOf(file: string, files: readonly string[]): string {
  const isAlone = files.filter((other) => basename(other) === basename(file)).length === 1;
  // Control characters would be instructions for the terminal.
  return (isAlone ? basename(file) : file).replaceAll(/\p{Cc}/gu, '?');
}
