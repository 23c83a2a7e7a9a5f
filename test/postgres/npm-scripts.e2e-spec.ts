import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { inspectProcess } from '../../src/embedded-postgres/process-facts.js';
import { waitUntil } from '../support/wait-until.js';

const SCRIPTS = new URL('../../scripts/', import.meta.url);
const FOLLOW_PARENT = new URL('follow-parent.mjs', SCRIPTS).href;

/**
 * Starts a child program, prints its process id, and waits for it, like a small test runner with
 * its services.
 */
const PARENT = `console.log(require('node:child_process').spawn('sleep', ['60']).pid)`;

let started: ChildProcess | undefined;
let left: number | undefined;

afterEach(() => {
  started?.kill('SIGKILL');
  started = undefined;
  if (left !== undefined) process.kill(left, 'SIGKILL');
});

/** @returns the process id that the program prints first */
async function startAndReadPid(
  file: string,
  args: readonly string[],
): Promise<{ program: ChildProcess; pid: number }> {
  const program = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started = program;
  const [line] = (await once(program.stdout.setEncoding('utf8'), 'data')) as [string];
  left = Number.parseInt(line, 10);
  return { program, pid: left };
}

async function seeItEnd(pid: number): Promise<void> {
  await waitUntil(
    () => inspectProcess(pid),
    ({ alive }) => !alive,
  );
  left = undefined;
}

describe('npm scripts', () => {
  it('replace their shell by Node, because a shell forwards no signal', async () => {
    const manifest = await readFile(fileURLToPath(new URL('../package.json', SCRIPTS)), 'utf8');
    const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };

    expect(Object.values(scripts).filter((command) => /^node\b|&& *node\b/.test(command))).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'that run a program forward %s to its whole process group, and end like it',
    async (signal) => {
      const script = `
        import { runChild } from '${new URL('run-child.mjs', SCRIPTS).href}';
        const { exitCode } = await runChild(process.execPath, ['--eval', ${JSON.stringify(PARENT)}], { stdio: 'inherit' });
        process.exit(exitCode);`;
      const { program, pid } = await startAndReadPid(process.execPath, [
        '--input-type=module',
        '--eval',
        script,
      ]);
      const ended = once(program, 'exit');
      program.kill(signal);

      const codes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 };
      expect(await ended).toEqual([codes[signal], null]);
      await seeItEnd(pid);
    },
  );

  it('stop their program when npm is killed', async () => {
    const code = `process.stdout.write(String(process.pid)); setInterval(() => {}, 1000)`;
    const inShell = `'${process.execPath}' --import '${FOLLOW_PARENT}' --eval '${code}' & wait`;
    const { program, pid } = await startAndReadPid('/bin/sh', ['-c', inShell]);
    program.kill('SIGKILL');

    await seeItEnd(pid);
  });
});
