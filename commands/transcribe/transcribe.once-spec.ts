import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findSamplesFolder, KnownSamples } from '../../simulator/samples.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { readPostmaster } from '../../src/embedded-postgres/postmaster.js';
import { inspectProcess } from '../../src/embedded-postgres/process-facts.js';
import { freePort } from '../../test/support/free-port.js';
import { World } from '../../test/support/test-service.js';
import { waitUntil } from '../../test/support/wait-until.js';

/** For a machine under load; alone, each run takes a few seconds. */
const TEST_TIMEOUT_MS = 90_000;
const SHOWS_TIMEOUT_MS = 60_000;

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const COMMAND = fileURLToPath(new URL('../../dist/commands/transcribe/main.js', import.meta.url));
const [FIRST, SECOND] = KnownSamples.load().manifest.recordings;
if (FIRST === undefined || SECOND === undefined) throw new Error('two samples are needed');

/** The built command, as from a shell without a terminal. */
class CommandRun {
  stdout = '';
  stderr = '';
  readonly exitCode: Promise<number | string>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exitCode = once(child, 'close').then(() => child.exitCode ?? child.signalCode ?? '');
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async says(text: string): Promise<void> {
    const fact = async () => Promise.resolve(this.stderr.includes(text) || !this.isRunning);
    await waitUntil(fact, (isThere) => isThere, SHOWS_TIMEOUT_MS);
    expect(this.stderr).toContain(text);
  }
}

describe('npm run transcribe', () => {
  let simulator: Simulator;
  let folder: string;
  let dataDir: string;
  let run: CommandRun | undefined;

  const sample = (file: string): string => join(findSamplesFolder(), file);

  const transcribe = (args: readonly string[], environment: Record<string, string> = {}): CommandRun => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    run = new CommandRun(child);
    return run;
  };

  /** Writes the `.env` of somebody who also runs a service on other stores. */
  const writeSettings = async (changes: Record<string, string> = {}): Promise<void> => {
    const settings = {
      PORT: String(await freePort()),
      DATA_DIR: dataDir,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
      REDIS_URL: 'redis://127.0.0.1:1',
      API_KEYS: 'main=sha256:0000,a-key-of-the-service',
      ASSEMBLYAI_BASE_URL: simulator.url,
      ASSEMBLYAI_API_KEY: 'a-key-of-the-tests',
      TRANSCRIPTION__ASSEMBLYAI__WEBHOOK_URL: 'https://example.org/api/webhooks/assemblyai',
      ASSEMBLYAI_WEBHOOK_SECRET: 'a-secret-of-the-tests',
      GEMINI_BASE_URL: simulator.url,
      GEMINI_API_KEY: 'a-key-of-the-tests',
      POLL_INTERVAL_MS: '50',
      RETRY_BASE_MS: '20',
      ...changes,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(folder, '.env'), lines.join('\n'));
  };

  /** Returns the pid of the database of the command's own service. */
  const databasePid = async (): Promise<number> => {
    const name = (await readdir(dataDir)).find((entry) => !entry.endsWith('.log')) ?? '';
    const database = await readPostmaster(join(dataDir, name, 'postgres'));
    if (database.state !== 'alive') throw new Error('the database server does not run');
    return database.pid;
  };

  beforeAll(async () => {
    simulator = await startSimulator({ latencyMs: 20 });
  });
  afterAll(() => simulator.close());

  beforeEach(async () => {
    await simulator.reset();
    folder = await mkdtemp(join(tmpdir(), 'ringback-transcribe-'));
    dataDir = await mkdtemp(join(tmpdir(), 'ringback-data-'));
    await writeSettings();
  });
  afterEach(async () => {
    if (run?.isRunning === true) run.kill('SIGTERM');
    await run?.exitCode;
    for (const path of [folder, dataDir]) await rm(path, { recursive: true });
  });

  it('stops its service and its database, and removes them, when it is interrupted', async () => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });
    const command = transcribe([sample(FIRST.file)]);
    await command.says('transcribing');
    const pid = await databasePid();

    command.kill('SIGINT');

    expect([await command.exitCode, command.stdout]).toEqual([130, '']);
    expect((await inspectProcess(pid)).alive).toBe(false);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('prints the text of recordings in their order and nothing else, and removes what a killed run left', async () => {
    simulator.faults.add({
      operation: 'submit',
      times: 1,
      effect: { kind: 'outcome', status: 'processing' },
    });
    const command = transcribe([sample(FIRST.file)]);
    await command.says('transcribing');
    const pid = await databasePid();
    command.kill('SIGKILL');
    await command.exitCode;
    await waitUntil(
      () => inspectProcess(pid),
      ({ alive }) => !alive,
      SHOWS_TIMEOUT_MS,
    );
    expect(await readdir(dataDir)).not.toEqual([]);

    const args = [sample(SECOND.file), sample(FIRST.file)];
    const { stdout, stderr, exitCode } = await ended(transcribe(args, { DELETE_AT_PROVIDER: 'true' }));

    expect([exitCode, stdout]).toEqual([0, `${SECOND.corrected}\n\n${FIRST.corrected}\n`]);
    expect(stderr).toMatch(new RegExp(`^  ${FIRST.file} +completed$`, 'm'));
    expect(await readdir(dataDir)).toEqual([]);
    // Callbacks would reach the service of the settings.
    expect(simulator.ledger.submits.filter(({ body }) => body?.webhook_url !== undefined)).toEqual([]);
    // Nobody would ask for it later.
    expect(simulator.ledger.deletes).toHaveLength(2);
  });

  it('writes the texts of the others, prints each error, its code and advice, and exits 1 when chunks fail', async () => {
    await writeSettings({ RINGBACK_URL: `http://127.0.0.1:${await freePort()}` });
    const effect = {
      kind: 'outcome',
      status: 'error',
      error: 'File does not appear to contain audio',
    } as const;
    simulator.faults.add({ operation: 'submit', times: 1, effect });
    await writeFile(join(folder, 'notes.txt'), 'no sound\n'.repeat(100));
    const args = ['notes.txt', sample(FIRST.file), sample(SECOND.file), '--format', 'srt', '--out', 'texts'];
    const { stdout, stderr, exitCode } = await ended(transcribe(args));

    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('No Ringback answers at');
    expect(stderr).toMatch(/notes\.txt was not transcribed \(\w+\)/);
    expect(stderr).toMatch(/\.wav was not transcribed \(not_audio\): .*does not appear to contain audio/);
    expect(stderr).toContain('Give a recording with sound');
    const subtitles = await readFile(join(folder, 'texts/notes.srt'), 'utf8');
    expect(subtitles).toMatch(/^1\n00:00:00,\d{3} --> /);
  });

  it('exits 78 with the lines of the service when it refuses its settings', async () => {
    await writeSettings({ ASSEMBLYAI_API_KEY: '', CORRECTION_CONCURRENCY: 'many' });
    const { stdout, stderr, exitCode } = await ended(transcribe([sample(FIRST.file)]));

    expect([exitCode, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(/^ASSEMBLYAI_API_KEY: is missing/m);
    expect(stderr).toMatch(/^CORRECTION_CONCURRENCY: is not a whole number/m);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('exits 2 and starts nothing for files that cannot be recordings', async () => {
    await writeFile(join(folder, 'empty.wav'), '');
    const { stdout, stderr, exitCode } = await ended(transcribe(['missing.wav', 'empty.wav']));

    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toBe('missing.wav does not exist\nempty.wav is empty\n');
    expect(await readdir(dataDir)).toEqual([]);
  });

  describe('with a service that runs', () => {
    let world: World;

    beforeAll(async () => {
      world = await World.start({ env: { API_KEYS: 'a-key-of-the-service' } });
    });
    afterAll(() => world.stop());

    it.each([
      ['RINGBACK_URL, with RINGBACK_API_KEY', () => ({ RINGBACK_URL: `${world.api.url}/` })],
      ['the settings’ own port, with the first of API_KEYS', () => ({ PORT: String(world.port) })],
    ])('uses the one at %s, and keeps the conversation there', async (_where, settings) => {
      await writeSettings(settings());
      const { stdout, stderr, exitCode } = await ended(transcribe([sample(FIRST.file)]));

      expect([exitCode, stdout]).toEqual([0, `${FIRST.corrected}\n`]);
      expect(stderr).toContain(`The conversation is kept: ${world.api.url}/c/`);
      expect(await readdir(dataDir)).toEqual([]);
    });

    it('says what to do when its key is refused', async () => {
      await writeSettings({ RINGBACK_URL: world.api.url, RINGBACK_API_KEY: 'another-key' });
      const { stderr, exitCode } = await ended(transcribe([sample(FIRST.file)]));

      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('set RINGBACK_API_KEY')]);
    });
  });
});

async function ended(
  run: CommandRun,
): Promise<{ stdout: string; stderr: string; exitCode: number | string }> {
  const exitCode = await run.exitCode;
  return { stdout: run.stdout, stderr: run.stderr, exitCode };
}
