import { spawn } from 'node:child_process';

/** The user that runs a program. Null stands for the user of this process. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
  /** For messages; generated when the system has no name. */
  readonly name: string;
  readonly hasName: boolean;
}

export interface ProgramRun {
  readonly file: string;
  readonly args: readonly string[];
  /** Entered before the user changes, so that the user needs no access to it. */
  readonly cwd: string;
  readonly user: SystemUser | null;
  readonly timeoutMs: number;
}

export interface ProgramResult {
  /** Null when a signal ended the program, also after `timeoutMs`. */
  readonly exitCode: number | null;
  /** The last part of standard output and standard error, in the order of arrival. */
  readonly output: string;
}

/**
 * The whole environment of the programs. Otherwise a PGDATA, PGPORT or LC_ALL of the user who
 * starts Ringback would change where and how the server runs.
 */
const environment = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Enough for the relevant message, which comes last; bounds the memory for a program with endless
 * output.
 */
const MAX_OUTPUT_CHARS = 16_384;

/**
 * Time to wait for the end of the output once the program has ended. On Windows the server inherits
 * the pipes of `pg_ctl` and keeps them open as long as it runs.
 */
const OUTPUT_GRACE_MS = 500;

/**
 * Runs a program to its end, or kills it after `timeoutMs`.
 *
 * @throws the system error (`ENOENT`, `EACCES`, `EPERM`) when the program cannot be started
 */
export function runProgram(run: ProgramRun): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.file, run.args, {
      cwd: run.cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: run.timeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
      ...(run.user === null ? {} : { uid: run.user.uid, gid: run.user.gid }),
    });
    let output = '';
    const collect = (chunk: string): void => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve({ exitCode, output });
    });
    child.once('exit', () => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, OUTPUT_GRACE_MS).unref();
    });
  });
}

/** Returns the first non-blank line, truncated for a message. */
export function firstLine(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '');
  return shorten(line ?? 'no message');
}

/** Returns the last non-blank line, truncated for a message. */
export function lastLine(text: string): string {
  const line = text.split('\n').findLast((candidate) => candidate.trim() !== '');
  return shorten(line ?? 'no message');
}

const MAX_QUOTED_CHARS = 240;

function shorten(line: string): string {
  return line.trim().slice(0, MAX_QUOTED_CHARS);
}
