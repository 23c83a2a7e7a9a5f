import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdNext } from './support/hold-next.js';
import { startChunk } from './support/one-chunk.js';
import { ServiceProcess } from './support/service-process.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const EX_CONFIG = 78;

let service: ServiceProcess;

/** World without a service in this process, as the service under test has its own process. */
function worldOfAnotherProcess(): () => World {
  let world: World;
  beforeEach(async () => {
    // Without the console, which a checkout may lack: its absence is a warning.
    world = await World.start({ env: { CALLBACK_DEADLINE_MS: '500' } });
    await world.stopService();
  });
  afterEach(async () => {
    await service.stop('SIGKILL');
    await world.stop();
  });
  return () => world;
}

describe('a process that gets a signal to stop', () => {
  const world = worldOfAnotherProcess();

  const outputHolding = (words: string) =>
    waitUntil(
      () => Promise.resolve(service.output),
      (output) => output.includes(words),
    );

  it('ends its running jobs, exits with code 0, and does nothing twice', async () => {
    service = await ServiceProcess.start(world().env());
    const { simulator } = world();
    const { id } = await world().api.createConversation();
    // The first chunk's transcript stays open, so that its callback does not reach the gates of the
    // other two.
    simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'processing' },
      times: 1,
    });
    const gates = [];
    for (const hook of ['beforeSubmitResponse', 'beforeGetResponse', 'beforeCorrectionResponse'] as const) {
      const gate = holdNext(world(), hook);
      await world().api.addChunk(id);
      await gate.reached;
      gates.push(gate);
    }
    const stopped = service.stop('SIGTERM');
    await outputHolding('finishing running jobs');
    const isRunning = service.isRunning;
    for (const gate of gates) gate.open();
    const exitCode = await stopped;
    const { submit, correct } = simulator.ledger.counts;
    await world().startService();
    await world().api.finish(id);
    await simulator.assemblyai.finish(simulator.ledger.submits[0]?.transcriptId ?? '');
    const conversation = await world().api.summarizedConversation(id);

    expect(isRunning).toBe(true);
    expect(exitCode).toBe(0);
    expect(service.output).toContain('stopped');
    expect(service.output).not.toMatch(/"level":"(?:warn|error|fatal)"/);
    expect({ submit, correct }).toEqual({ submit: 3, correct: 1 });
    expect(conversation.chunks).toEqual({ total: 3, pending: 0, completed: 3, failed: 0 });
    expect(simulator.ledger.counts).toMatchObject({ submit: 3, list: 0, correct: 3, summarize: 1 });
  });

  it('does the same on SIGINT, and ignores a second signal', async () => {
    service = await ServiceProcess.start(world().env());
    const gate = holdNext(world(), 'beforeCorrectionResponse');
    const { id } = await startChunk(world().api);
    await gate.reached;
    const first = service.stop('SIGINT');
    await outputHolding('finishing running jobs');
    const second = service.stop('SIGTERM');
    gate.open();
    const exitCodes = [await first, await second];
    await world().startService();

    expect(exitCodes).toEqual([0, 0]);
    expect(await world().api.settledChunk(id)).toMatchObject({ status: 'completed', error: null });
    expect(world().simulator.ledger.counts.correct).toBe(1);
  });
});

describe('a process with a wrong environment', () => {
  it('exits with code 78 and one line for each problem, and shows no secret', async () => {
    service = ServiceProcess.spawn({
      HOST: '0.0.0.0',
      PORT: '99999',
      ROLE: 'chief',
      DATABASE_URL: 'mysql://user:hush-1@localhost/ringback',
      ASSEMBLYAI_API_KEY: 'hush-2\nhush-2',
      ASSEMBLYAI_WEBHOOK_URL: 'https://ringback.example.org/api/webhooks/assemblyai',
      ASSEMBLYAI_WEBHOOK_SECRET: 'húsh-3',
      GCP_SA_JSON: '{"project_id":"p","client_email":"e","private_key":"","note":"hush-4"}',
      GEMINI_API_KEY: 'hush-5 \u00e9',
      POLL_INTERVAL_MS: 'often',
    });
    const exitCode = await service.ended();
    const lines = service.output.trim().split('\n');

    expect(exitCode).toBe(EX_CONFIG);
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      'API_KEYS',
      'ASSEMBLYAI_API_KEY',
      'ASSEMBLYAI_WEBHOOK_SECRET',
      'DATABASE_URL',
      'GCP_SA_JSON',
      'GEMINI_API_KEY',
      'POLL_INTERVAL_MS',
      'PORT',
      'ROLE',
    ]);
    expect(lines.every((line) => /^[A-Z_]+: .+; .*give/.test(line) || /^[A-Z_]+: .*give/.test(line))).toBe(
      true,
    );
    expect(service.output).not.toMatch(/hush|húsh/);
  });
});

describe('a .env file in the working directory', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-env-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const world = worldOfAnotherProcess();

  it('is read, and the environment itself takes precedence', async () => {
    const { PORT = '', ...rest } = world().env();
    const lines = Object.entries({ ...rest, PORT: 'wrong' }).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(folder, '.env'), ['# a comment', '', ...lines].join('\n'));
    service = ServiceProcess.spawn({ PORT }, { cwd: folder });
    await service.ready();
    const { status } = await world().api.get('/health/ready');

    expect(status).toBe(200);
  });
});
