import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedServer, EmbeddedServerOptions } from '../embedded-server.js';

const BUILT_SERVER = new URL('../../../dist/src/embedded-postgres/embedded-server.js', import.meta.url).href;

/**
 * Environment of every owner. Variables that reached the server would show up there, or prevent its
 * start.
 */
const HOSTILE_ENVIRONMENT = {
  PGDATA: '/intruder',
  PGPORT: '1',
  PGUSER: 'intruder',
  PGSSLMODE: 'require',
  LC_ALL: 'intruder',
  SECRET_KEY: 'intruder',
};

/** A minimal service: starts the server, reports the result, and stops it on request. */
const OWNER_SCRIPT = `
import { startEmbeddedServer } from ${JSON.stringify(BUILT_SERVER)};
const options = JSON.parse(process.argv[2]);
try {
  const server = await startEmbeddedServer({ ...options, log: () => undefined });
  process.on('message', () => void server.stop().then(() => process.disconnect()));
  const { connectionString, port, reused } = server;
  process.send({ up: { connectionString, port, reused } });
} catch (error) {
  process.send({ refused: { code: error.code, message: error.message } }, () => process.disconnect());
}
`;

/** Message of an owner about its start. */
export type Report = {
  up?: Pick<EmbeddedServer, 'connectionString' | 'port' | 'reused'>;
  refused?: { code: string; message: string };
};

/** @returns the folder of the owners' program, which the caller must remove */
export async function writeOwner(): Promise<string> {
  const program = await mkdtemp(join(tmpdir(), 'embedded-owner-'));
  await writeFile(join(program, 'owner.mjs'), OWNER_SCRIPT);
  // Owners also run as other users.
  await chmod(program, 0o755);
  return program;
}

/** Starts an owner, optionally as another user. */
export function launchOwner(
  program: string,
  options: Partial<EmbeddedServerOptions>,
  as: { uid?: number; gid?: number } = {},
): ChildProcess {
  return fork(join(program, 'owner.mjs'), [JSON.stringify(options)], {
    env: HOSTILE_ENVIRONMENT,
    execArgv: [],
    cwd: '/',
    ...as,
  });
}

export async function reportOf(owner: ChildProcess): Promise<Report> {
  const [message] = (await once(owner, 'message')) as [Report];
  return message;
}

/** @throws Error when it did not start */
export async function up(owner: ChildProcess): Promise<NonNullable<Report['up']>> {
  const answer = await reportOf(owner);
  if (answer.up === undefined) throw new Error(`did not start: ${answer.refused?.message ?? ''}`);
  return answer.up;
}

export async function stopOwner(owner: ChildProcess): Promise<void> {
  const exited = once(owner, 'exit');
  owner.send('stop');
  await exited;
}

export async function killOwner(owner: ChildProcess): Promise<void> {
  if (owner.exitCode !== null || owner.signalCode !== null) return;
  const exited = once(owner, 'exit');
  owner.kill('SIGKILL');
  await exited;
}
