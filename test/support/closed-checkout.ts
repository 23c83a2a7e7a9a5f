import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errnoOf } from '../../src/embedded-postgres/embedded-postgres-error.js';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** Entries that a clone does not contain, or that are copied separately. */
const NOT_COPIED = ['.git', '.data', '.env', 'coverage', 'node_modules', 'dist'];

const run = promisify(execFile);

export interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface Command {
  /** Its output so far. */
  readonly output: string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /**
   * Resolves with the same once `output` is complete, and every process that it started has ended.
   */
  readonly closed: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** A built checkout with its packages, in a folder that only its owner may enter. */
export class ClosedCheckout {
  private constructor(
    private readonly home: string,
    private readonly user: User | null,
  ) {}

  /** @param user its owner, who runs the commands in it; null for the current user */
  static async make(user: User | null): Promise<ClosedCheckout> {
    // mkdtemp creates it with mode 0700.
    const home = await realpath(await mkdtemp(join(tmpdir(), 'ringback-home-')));
    const checkout = new ClosedCheckout(home, user);
    const { folder } = checkout;
    await mkdir(folder);
    const names = (await readdir(PROJECT)).filter((name) => !NOT_COPIED.includes(name));
    await run('cp', ['-a', ...[...names, 'dist'].map((name) => join(PROJECT, name)), folder]);
    await copyPackages(folder);
    // Newer than the copied folders, or npm's scripts would build again.
    await utimes(join(folder, 'dist/.tsbuildinfo'), new Date(), new Date());
    if (user !== null) {
      for (const path of [folder, home]) await chown(path, user.uid, user.gid);
    }
    return checkout;
  }

  get folder(): string {
    return join(this.home, 'ringback');
  }

  /** Runs `npm ...` in it. @param env the whole environment, except PATH and HOME */
  npm(args: readonly string[], env: Readonly<Record<string, string>>): Command {
    const child = spawn('npm', args, {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '', HOME: this.home, npm_config_update_notifier: 'false', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(this.user === null ? {} : this.user),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const howItEnded = (): number | string => child.exitCode ?? child.signalCode ?? 'nothing';
    return {
      get output() {
        return output;
      },
      ended: once(child, 'exit').then(howItEnded),
      closed: once(child, 'close').then(howItEnded),
      kill: (signal) => child.kill(signal),
    };
  }

  /** Returns the folder of the database of one of its data folders, wherever it is. */
  async database(dataDir: string): Promise<string> {
    return realpath(join(this.folder, dataDir, 'postgres'));
  }

  /** Returns the processes that work in it, or in its databases, with their commands. */
  async processes(): Promise<string[]> {
    const folders = [this.home, ...(await this.databasesOutside())];
    const found = await Promise.all(
      (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readProcess),
    );
    return found.flatMap((process) => {
      if (process === null || !folders.some((folder) => process.cwd.startsWith(folder))) return [];
      return [`${process.pid} ${process.command}`];
    });
  }

  /** Kills its remaining processes, and removes it with its databases. */
  async remove(): Promise<void> {
    for (const line of await this.processes()) killIfThere(Number.parseInt(line, 10));
    const databases = await this.databasesOutside();
    for (const folder of [this.home, ...databases]) {
      // With retries: the last processes of a killed server may still be writing.
      await rm(folder, { recursive: true, force: true, maxRetries: 20 });
    }
  }

  private async databasesOutside(): Promise<string[]> {
    const links = ['.data/postgres', '.data/demo/postgres'].map((path) => join(this.folder, path));
    const targets = await Promise.all(links.map((link) => linkTarget(link)));
    return targets.flatMap((target) => (target === null ? [] : [dirname(target)]));
  }
}

/** Returns null for a missing path or an ordinary folder. */
async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    if (['ENOENT', 'EINVAL'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

/** Kills a process, which may have ended: the children of a killed server end by themselves. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** Uses hard links where the temporary folder is on the same disk: PostgreSQL alone has 60 MB. */
async function copyPackages(folder: string): Promise<void> {
  const packages = join(PROJECT, 'node_modules');
  try {
    await run('cp', ['-al', packages, folder]);
  } catch {
    await rm(join(folder, basename(packages)), { recursive: true, force: true });
    await run('cp', ['-a', packages, folder]);
  }
}

/** Returns null when the process has ended, or belongs to another user. */
async function readProcess(pid: string): Promise<{ pid: string; cwd: string; command: string } | null> {
  try {
    const cwd = await readlink(`/proc/${pid}/cwd`);
    return { pid, cwd, command: (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ') };
  } catch {
    return null;
  }
}
