import { spawn } from 'node:child_process';

/** The user a program runs as. Null means: as ourselves. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
  /** For messages; one is made up where the system has none. */
  readonly name: string;
  readonly hasName: boolean;
}

export interface ProgramRun {
  readonly file: string;
  readonly args: readonly string[];
  /** Entered before the user changes, so it need not be reachable for that user. */
  readonly cwd: string;
  readonly user: SystemUser | null;
  readonly timeoutMs: number;
}

export interface ProgramResult {
  /** Null when a signal ended it, our own timeout included. */
  readonly exitCode: number | null;
  /** The last part of standard output and standard error, in the order they came. */
  readonly output: string;
}

/**
 * All that the programs get to see. Without it a PGDATA, PGPORT or LC_ALL of the person who starts Ringback would change
 * where and how the server runs.
 */
const environment = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/** Enough for the message that matters, which comes last; a program gone wild cannot fill our memory. */
const MAX_OUTPUT_CHARS = 16_384;

/**
 * How long to wait for the output to end once the program has. On Windows the server inherits the pipes of `pg_ctl`
 * and holds them open for as long as it runs.
 */
const OUTPUT_GRACE_MS = 500;

/**
 * Runs a program to its end, or kills it after `timeoutMs`.
 *
 * @throws the system error (`ENOENT`, `EACCES`, `EPERM`) when it cannot be started at all
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

/** The first line that says something, cut to a length that fits into a message. */
export function firstLine(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '');
  return shorten(line ?? 'no message');
}

/** The last line that says something, cut to a length that fits into a message. */
export function lastLine(text: string): string {
  const line = text.split('\n').findLast((candidate) => candidate.trim() !== '');
  return shorten(line ?? 'no message');
}

const MAX_QUOTED_CHARS = 240;

function shorten(line: string): string {
  return line.trim().slice(0, MAX_QUOTED_CHARS);
}
