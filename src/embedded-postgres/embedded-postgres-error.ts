import { types } from 'node:util';

/**
 * Kinds of failures of the embedded server. Stable, as callers and tests distinguish failures by
 * them.
 */
export type EmbeddedPostgresErrorCode =
  | 'unsupported_platform'
  | 'binaries_missing'
  | 'binaries_unusable'
  | 'no_system_user'
  | 'not_enterable'
  | 'nameless_user'
  | 'cluster_gone'
  | 'foreign_owner'
  | 'folder_unusable'
  | 'in_use'
  | 'not_a_cluster'
  | 'other_version'
  | 'disk_full'
  | 'initdb_failed'
  | 'start_failed'
  | 'start_timeout'
  | 'password_refused'
  | 'no_answer'
  | 'stop_failed';

/**
 * The embedded server cannot run. A retry without a change does not help, except for `in_use`,
 * `start_timeout` and `disk_full`. The message is one line for people that gives the problem and
 * its remedy.
 */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Returns the errno name (`ENOENT`) of a system error, or null for any other value. */
export function errnoOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/**
 * Turns the error of a file operation into a message about the folder. Other errors are returned
 * unchanged.
 */
export function explainFolderError(folder: string, error: unknown): Error {
  if (error instanceof EmbeddedPostgresError) return error;
  const errno = errnoOf(error);
  if (errno === null) return types.isNativeError(error) ? error : new Error(String(error));
  const options = { cause: error };
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder, options);
    case 'EACCES':
    case 'EPERM':
      return new EmbeddedPostgresError(
        'folder_unusable',
        `The data folder ${folder} may not be written by this user: give it to the user who runs Ringback, or set DATA_DIR to a folder of theirs.`,
        options,
      );
    case 'EROFS':
      return new EmbeddedPostgresError(
        'folder_unusable',
        `The data folder ${folder} is on a read-only file system: set DATA_DIR to a writable folder.`,
        options,
      );
    case 'EEXIST':
    case 'ENOTDIR':
      return new EmbeddedPostgresError(
        'folder_unusable',
        `The data folder ${folder} is not a folder, or lies below a file: set DATA_DIR to a folder.`,
        options,
      );
    default:
      return new EmbeddedPostgresError(
        'folder_unusable',
        `The data folder ${folder} cannot be used (${errno}): set DATA_DIR to another folder.`,
        options,
      );
  }
}

export function diskFull(folder: string, options?: ErrorOptions): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'disk_full',
    `The disk of the data folder ${folder} is full: free some space there, or set DATA_DIR to a folder on another disk.`,
    options,
  );
}
