import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { KnownSamples } from '../simulator/samples.js';
import { readPostmaster } from '../src/embedded-postgres/postmaster.js';
import { inspectProcess } from '../src/embedded-postgres/process-facts.js';
import { waitUntil } from '../test/support/wait-until.js';

/** For a machine under load; alone, each of these takes 2 to 5 seconds. */
const TEST_TIMEOUT_MS = 90_000;
const SHOWS_TIMEOUT_MS = 60_000;

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const DEMO = fileURLToPath(new URL('../dist/demo/main.js', import.meta.url));

/** Settings that would break the demo, or cost money, if they reached the service. */
const SOMEBODYS_SETTINGS = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
  ASSEMBLYAI_API_KEY: 'invalid',
  ASSEMBLYAI_BASE_URL: 'http://127.0.0.1:1',
  GEMINI_API_KEY: 'invalid',
  GCP_SA_JSON: 'not a key',
  API_KEYS: 'somebodys-key',
  HTTP_PROXY: 'http://127.0.0.1:1',
};

/** Runs the built demo as from a shell without a terminal. */
class DemoRun {
  output = '';
  readonly ended: Promise<[code: number | null, signal: string | null]>;

  constructor(
    readonly child: ChildProcess,
    private readonly dataDir: string,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.ended = once(child, 'close') as Promise<[number | null, string | null]>;
  }

  async shows(text: string): Promise<void> {
    const fact = async () => Promise.resolve({ output: this.output, exitCode: this.child.exitCode });
    await waitUntil(
      fact,
      ({ output, exitCode }) => output.includes(text) || exitCode !== null,
      SHOWS_TIMEOUT_MS,
    );
    expect(this.output).toContain(text);
  }

  /** Pids of the service, which the demo prints, and of its database server. */
  async pids(): Promise<number[]> {
    const service = Number(/\(pid (\d+),/.exec(this.output)?.[1]);
    const database = await readPostmaster(join(this.dataDir, 'postgres'));
    if (database.state !== 'alive') throw new Error('the database server does not run');
    return [service, database.pid];
  }
}

/** Reads the output in README.md, without the lines that differ from run to run. */
async function promisedLines(): Promise<string[]> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /^```text\n(.*?)^```$/ms.exec(readme) ?? [];
  return withoutCounts(block).filter((line) => line !== '…');
}

function withoutCounts(text: string): string[] {
  return text.replaceAll(/\d+ times/g, 'N times').split('\n');
}

const alive = async (pids: number[]): Promise<boolean[]> =>
  Promise.all(pids.map(async (pid) => (await inspectProcess(pid)).alive));

describe('the demo', () => {
  let folder: string;
  let dataDir: string;
  let run: DemoRun | undefined;

  const start = (...args: string[]): DemoRun => {
    const child = spawn(process.execPath, [DEMO, '--data-dir', dataDir, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...SOMEBODYS_SETTINGS },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    run = new DemoRun(child, dataDir);
    return run;
  };

  // All runs share one folder, so that each uses the database of the one before, as a second demo
  // does.
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-demo-cwd-'));
    dataDir = await mkdtemp(join(tmpdir(), 'ringback-demo-'));
    const settings = Object.entries(SOMEBODYS_SETTINGS).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(folder, '.env'), settings.join('\n'));
  });

  afterEach(async () => {
    // Ending the demo in any way also ends its service and its database.
    if (run?.child.exitCode === null) run.child.kill('SIGTERM');
    await run?.ended;
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
    await rm(dataDir, { recursive: true });
    await rm(`${dataDir}.log`, { force: true });
  });

  it('processes the samples completely, whatever the environment variables, exits 0 and leaves nothing running', async () => {
    const { recordings } = KnownSamples.load().manifest;
    const demo = start('--exit');
    await demo.shows('transcribing');
    const pids = await demo.pids();
    expect(await alive(pids)).toEqual([true, true]);

    expect(await demo.ended).toEqual([0, null]);

    for (const { file, heard, corrected } of recordings) {
      expect(demo.output).toContain(`${file} heard\n    ${heard}\n`);
      expect(demo.output).toContain(`${file} corrected\n    ${corrected}\n`);
      for (const state of ['queued', 'transcribing', 'correcting', 'completed']) {
        expect(demo.output).toMatch(new RegExp(`^  ${file} +${state}$`, 'm'));
      }
    }
    const [, transcript, summary] = demo.output.split(/Merged transcript\n\n|Summary\n\n/);
    expect(transcript?.trim()).toBe(recordings.map(({ corrected }) => corrected).join('\n\n  '));
    expect(summary).toMatch(/^ {2}The conversation opens with/);
    const promised = await promisedLines();
    expect(promised.length).toBeGreaterThan(10);
    expect(withoutCounts(demo.output)).toEqual(expect.arrayContaining(promised));
    expect(demo.output).toMatch(/Console {5}http:\/\/127\.0\.0\.1:\d+\/c\/[0-9a-f-]{36}\n/);
    expect(demo.output).toMatch(/Swagger UI {2}http:\/\/127\.0\.0\.1:\d+\/docs/);
    expect(await alive(pids)).toEqual([false, false]);
    expect(await readPostmaster(join(dataDir, 'postgres'))).toEqual({ state: 'absent' });
  });

  it('leaves nothing running when it is interrupted, and exits with that code', async () => {
    const demo = start('--exit');
    await demo.shows('transcribing');
    const pids = await demo.pids();

    demo.child.kill('SIGINT');

    expect(await demo.ended).toEqual([130, null]);
    expect(demo.output).not.toContain('Merged transcript');
    expect(await alive(pids)).toEqual([false, false]);
  });

  it('stops its service and database when it is killed', async () => {
    const demo = start('--exit');
    await demo.shows('transcribing');
    const pids = await demo.pids();

    demo.child.kill('SIGKILL');

    await demo.ended;
    await waitUntil(
      () => alive(pids),
      (living) => !living.includes(true),
      SHOWS_TIMEOUT_MS,
    );
  });

  it('prints the reason, shows the end of the log, exits 1 and stops the database when the service is killed', async () => {
    const demo = start('--exit');
    await demo.shows('transcribing');
    const pids = await demo.pids();

    process.kill(pids[0] ?? NaN, 'SIGKILL');

    expect(await demo.ended).toEqual([1, null]);
    expect(demo.output).toContain('The demo failed: the service stopped by itself (SIGKILL)');
    expect(demo.output).toMatch(/The end of the service's log, .*\n\n(.*\n)* .*listening on/);
    expect(await alive(pids)).toEqual([false, false]);
  });

  it('exits 2 with its usage, and starts nothing, for an unknown argument', async () => {
    const demo = start('--exti');
    expect(await demo.ended).toEqual([2, null]);
    expect(demo.output).toContain('--exti');
    expect(demo.output).toContain('Usage: npm run demo');
    expect(await readPostmaster(join(dataDir, 'postgres'))).toEqual({ state: 'absent' });
  });
});
