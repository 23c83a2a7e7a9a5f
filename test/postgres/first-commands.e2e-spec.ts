import { existsSync } from 'node:fs';
import { mkdtemp, chmod, lstat, rm, stat } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { OUTSIDE_FOLDER } from '../../src/embedded-postgres/cluster-location.js';
import { tryToListen } from '../../src/embedded-postgres/ports.js';
import { ClosedCheckout, type Command, type User } from '../support/closed-checkout.js';
import { freePort } from '../support/free-port.js';
import { ServiceProcess } from '../support/service-process.js';
import { waitUntil } from '../support/wait-until.js';

/** Five starts of a database, two of them with `initdb`, on a busy machine. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const IS_ROOT = process.getuid?.() === 0;
/** Not in /etc/passwd, as in a container that runs with any uid. */
const NAMELESS: User = { uid: 54_322, gid: 54_322 };

/** Only root can switch users; any other user runs the commands, and PostgreSQL, as itself. */
const users: [string, User | null][] = IS_ROOT
  ? [
      ['root', null],
      ['a user without a name', NAMELESS],
    ]
  : [['this user (it needs root to be root and a user without a name)', null]];

let simulator: Simulator;
/** Exists already where the tests themselves run below a closed folder. */
const outsideWasThere = existsSync(OUTSIDE_FOLDER);

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(async () => {
  await simulator.close();
  if (!outsideWasThere) await rm(OUTSIDE_FOLDER, { recursive: true, force: true });
});

const environment = (port: number): Record<string, string> => ({
  HOST: '127.0.0.1',
  PORT: String(port),
  ASSEMBLYAI_API_KEY: 'a-key-of-the-tests',
  ASSEMBLYAI_BASE_URL: simulator.url,
  GEMINI_API_KEY: 'a-key-of-the-tests',
  GEMINI_BASE_URL: simulator.url,
});

describe.each(users)('the first commands, below a closed folder, as %s', (_name, user) => {
  let checkout: ClosedCheckout;
  let port: number;

  beforeAll(async () => {
    checkout = await ClosedCheckout.make(user);
    port = await freePort();
  });
  afterAll(() => checkout.remove());

  const npm = (...args: string[]): Command => checkout.npm(args, environment(port));
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
  const nothingRuns = (): Promise<string[]> =>
    waitUntil(
      () => checkout.processes(),
      (processes) => processes.length === 0,
    );

  async function start(): Promise<Command> {
    const service = npm('start');
    let ended: number | string | undefined;
    void service.ended.then((how) => {
      ended = how;
    });
    await waitUntil(
      async () => {
        if (ended !== undefined) throw new Error(`npm start ended (${ended}):\n${service.output}`);
        return fetch(url('/health/ready')).then(
          (response) => response.ok,
          () => false,
        );
      },
      (ready) => ready,
    );
    return service;
  }

  async function makeConversation(): Promise<string> {
    const response = await fetch(url('/api/conversations'), { method: 'POST' });
    return ((await response.json()) as { id: string }).id;
  }

  it('npm run demo -- --exit shows the main job', async () => {
    const demo = npm('run', 'demo', '--', '--exit');

    expect([await demo.closed, demo.output]).toEqual([0, expect.stringContaining('no worker waited for it')]);
    expect(await nothingRuns()).toEqual([]);
  });

  it('npm run doctor finds no problem', async () => {
    const doctor = npm('run', 'doctor');

    expect([await doctor.closed, doctor.output]).toEqual([0, expect.not.stringContaining('FAILED')]);
    expect(await nothingRuns()).toEqual([]);
  });

  it('npm start stops with its database when npm is stopped, and keeps the data', async () => {
    let service = await start();
    const database = await checkout.database('.data');
    const conversation = await makeConversation();
    service.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(await checkout.processes()).toEqual([]);
    expect(await tryToListen(port)).toBe(port);

    service = await start();
    expect((await fetch(url(`/api/conversations/${conversation}`))).status).toBe(200);
    expect(await checkout.database('.data')).toBe(database);
    // npm does not forward SIGHUP, and ends.
    service.kill('SIGHUP');
    expect(await service.ended).toBe('SIGHUP');
    expect(await nothingRuns()).toEqual([]);
  });
});

describe('the doctor before the first start', () => {
  const DOCTOR = fileURLToPath(new URL('../../dist/src/doctor/main.js', import.meta.url));
  let folder: string;
  let service: ServiceProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-doctor-'));
    await chmod(folder, 0o755);
  });
  afterEach(async () => {
    await service?.stop();
    await rm(folder, { recursive: true });
  });

  it('leaves a data folder that the start can use', async () => {
    const dataDir = join(folder, 'data');
    const env = { ...environment(await freePort()), DATA_DIR: dataDir };
    await promisify(execFile)(process.execPath, [DOCTOR], { cwd: folder, env });
    service = await ServiceProcess.start(env);

    expect((await lstat(join(dataDir, 'postgres'))).isDirectory()).toBe(true);
    expect((await stat(dataDir)).mode & 0o777).toBe(IS_ROOT ? 0o710 : 0o700);
  });
});
