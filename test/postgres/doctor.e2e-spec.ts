import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { servedModels } from '../../simulator/gemini/known-models.js';
import { type Simulator, startSimulator } from '../../simulator/simulator.js';
import { DoctorProcess, type DoctorReport } from '../support/doctor-process.js';
import { HttpProxy } from '../support/http-proxy.js';
import { litellmEnv } from '../support/litellm-env.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const KEY = 'a-key-of-the-tests';

let simulator: Simulator;
let database: TestDatabase;
let dataDir: string;

beforeAll(async () => {
  [simulator, database, dataDir] = await Promise.all([
    startSimulator({ latencyMs: 20 }),
    createTestDatabase(),
    mkdtemp(join(tmpdir(), 'ringback-doctor-')),
  ]);
});

beforeEach(async () => {
  await simulator.reset();
});

afterAll(async () => {
  await Promise.all([simulator.close(), database.drop()]);
  await rm(dataDir, { recursive: true, force: true });
});

const env = (changes: Record<string, string> = {}): Record<string, string> => ({
  DATABASE_URL: database.url,
  DATA_DIR: dataDir,
  ASSEMBLYAI_API_KEY: KEY,
  ASSEMBLYAI_BASE_URL: simulator.url,
  GEMINI_API_KEY: KEY,
  GEMINI_BASE_URL: simulator.url,
  POLL_INTERVAL_MS: '50',
  ...changes,
});

describe('the doctor', () => {
  const examine = (changes?: Record<string, string>): Promise<DoctorReport> =>
    DoctorProcess.start(env(changes)).report();

  it('finds no problem, at no cost', async () => {
    const report = await examine();

    expect(report.line('models')).toMatch(
      /^ok {7}models {14}the key can see \d+; Gemini for text: .*gemini-3\.5-flash-lite, .*gemini-3\.8-flash/,
    );
    expect(report.line('CORRECTION_MODEL')).toMatch(/^ok {7}CORRECTION_MODEL {4}gemini-3\.8-flash: listed$/);
    expect(report.line('SUMMARY_MODEL')).toMatch(/^ok {7}SUMMARY_MODEL {7}gemini-3\.5-flash-lite: listed$/);
    expect(report.output).not.toMatch(/FAILED|warning/);
    expect(report.exitCode).toBe(0);
    expect(simulator.ledger.counts).toMatchObject({
      submit: 0,
      upload: 0,
      correct: 0,
      listen: 0,
      summarize: 0,
    });
  });

  it('names the variable of a refused key', async () => {
    const report = await examine({ GEMINI_API_KEY: 'invalid' });

    expect(report.line('models')).toMatch(/^FAILED .*GEMINI_API_KEY/);
    expect(report.line('CORRECTION_MODEL')).toMatch(/^warning .*could not be determined/);
    expect(report.output).not.toContain(KEY);
    expect(report.exitCode).toBe(1);
  });

  it('names the variable of a refused service account', async () => {
    const account = { project_id: 'p', client_email: 'a@example.org', private_key: 'no key at all' };
    const report = await examine({ GCP_SA_JSON: JSON.stringify(account) });

    expect(report.line('models')).toMatch(/^FAILED .*GCP_SA_JSON/);
    expect(report.exitCode).toBe(1);
  });

  it('fails for a model outside of the key list', async () => {
    const report = await examine({
      CORRECTION_MODEL: 'gemini-2.5-pro',
      SUMMARY_MODEL: 'models/gemini-3.5-flash-lite',
    });

    expect(report.line('CORRECTION_MODEL')).toMatch(/^FAILED .*gemini-2\.5-pro: not among the models/);
    expect(report.output).toMatch(
      /^warning {2}CORRECTION_MODEL .*gemini-2\.5-pro .* on 2026-12-01; use gemini-3\.8-flash$/m,
    );
    expect(report.line('SUMMARY_MODEL')).toMatch(/^ok /);
    expect(report.exitCode).toBe(1);
  });

  it('does not fail for one model of several outside of the key list', async () => {
    const report = await examine({ CORRECTION_MODEL: 'gemini-2.5-pro,gemini-3.8-flash' });

    expect(report.line('CORRECTION_MODEL')).toMatch(
      /^warning .*gemini-2\.5-pro: not among the models that are listed; the others of the list are asked/,
    );
    expect(report.exitCode).toBe(0);
  });

  it('does not fail for a tuned model, which no list contains', async () => {
    const report = await examine({ CORRECTION_MODEL: 'tunedModels/ours' });

    expect(report.line('CORRECTION_MODEL')).toMatch(/^warning .*tunedModels\/ours: not among the models/);
    expect(report.exitCode).toBe(0);
  });

  it.each([404, 403, 503, 200])(
    'does not fail for a gateway that answers %d to the request for the list',
    async (status) => {
      const gateway = await HttpProxy.start(simulator.url);
      gateway.fault = ({ method }) => (method === 'GET' ? { status } : undefined);
      const report = await examine({ GEMINI_BASE_URL: gateway.url });
      await gateway.stop();

      expect(report.line('models')).toMatch(/^warning .*could not be read/);
      expect(report.line('SUMMARY_MODEL')).toMatch(
        /^warning .*gemini-3\.5-flash-lite .*could not be determined/,
      );
      expect(report.exitCode).toBe(0);
    },
  );

  it('does not fail for a list without a model, as of a gateway with another dialect', async () => {
    const { retiredModels } = simulator.settings;
    simulator.updateSettings({ retiredModels: [...retiredModels, ...servedModels([]).map(({ id }) => id)] });
    const report = await examine();
    simulator.updateSettings({ retiredModels });

    expect(report.line('models')).toMatch(/^warning .*names no model/);
    expect(report.exitCode).toBe(0);
  });

  it('fails for a provider that cannot be reached', async () => {
    const report = await examine({ GEMINI_BASE_URL: 'http://127.0.0.1:1' });

    expect(report.line('models')).toMatch(/^FAILED .*could not be reached/);
    expect(report.exitCode).toBe(1);
  });

  it('refuses other options', async () => {
    const wrong = await DoctorProcess.start({}, ['--lively']).report();
    expect(wrong).toMatchObject({
      exitCode: 2,
      output: expect.stringMatching(/no option --lively[^]*Usage:/) as unknown,
    });
    const help = await DoctorProcess.start({}, ['--help']).report();
    expect(help).toMatchObject({ exitCode: 0, output: expect.stringContaining('--live') as unknown });
  });
});

describe('the doctor with --live', () => {
  const start = (changes?: Record<string, string>): DoctorProcess =>
    DoctorProcess.start(env(changes), ['--live']);
  const examine = (changes?: Record<string, string>): Promise<DoctorReport> => start(changes).report();

  it('has a sample transcribed and corrected, shows both texts, and leaves no transcript', async () => {
    const report = await examine();

    expect(report.output).toContain('costs about a cent');
    expect(report.line('first stage')).toMatch(/^ok .*assemblyai-stt-3-7, \d+ ms: .*Maria Tapestry/);
    expect(report.line('second stage')).toMatch(
      /^ok .*gemini-3\.8-flash, \d+ ms, \d+ tokens in, \d+ out: .*Marijke Terpstra/,
    );
    expect(report.line('summary')).toMatch(/^ok .*gemini-3\.5-flash-lite, \d+ ms: .*opens with/);
    expect(report.line('provider copy')).toMatch(/^ok .*deleted/);
    expect(report.exitCode).toBe(0);
    const [transcript] = simulator.ledger.transcripts.values();
    expect(simulator.assemblyai.find(transcript?.id ?? '')?.deleted).toBe(true);
  });

  it('retries when AssemblyAI fails once', async () => {
    simulator.faults.add({ operation: 'get', effect: { kind: 'status', status: 503 }, times: 1 });
    const report = await examine();

    expect(report.output).toContain('Asking again');
    expect(report.exitCode).toBe(0);
  });

  it('gives advice when AssemblyAI accepts no job, and tries the correction nevertheless', async () => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'status', status: 500 } });
    const report = await examine();

    expect(report.line('first stage')).toMatch(/^FAILED .*ASSEMBLYAI_API_KEY/);
    expect(report.line('second stage')).toMatch(/^ok .*Marijke Terpstra/);
    expect(report.exitCode).toBe(1);
  });

  it('deletes a transcript that failed', async () => {
    const effect = {
      kind: 'outcome',
      status: 'error',
      error: 'Server error, developers have been alerted.',
    } as const;
    simulator.faults.add({ operation: 'submit', effect });
    const report = await examine();

    expect(report.line('first stage')).toMatch(/^FAILED .*AssemblyAI failed on its own side/);
    expect(report.line('provider copy')).toMatch(/^ok .*deleted/);
    expect(report.exitCode).toBe(1);
  });

  it('names a transcript that it could not delete', async () => {
    simulator.faults.add({ operation: 'delete', effect: { kind: 'status', status: 500 } });
    const report = await examine();

    const [transcript] = simulator.ledger.transcripts.values();
    expect(report.line('provider copy')).toMatch(new RegExp(`^warning .*${transcript?.id ?? 'none'}`));
    expect(report.exitCode).toBe(0);
  });

  it('deletes the transcript when it is interrupted', async () => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });
    const doctor = start();
    await simulator.waitFor(({ counts }) => counts.get > 0);
    doctor.interrupt();
    const report = await doctor.report();

    expect(report.line('provider copy')).toMatch(/^ok .*deleted/);
    // The exit code of a shell for a program that SIGINT has ended.
    expect(report.exitCode).toBe(130);
  });

  it('gives advice when the model does not answer', async () => {
    simulator.faults.add({ operation: 'correct', effect: { kind: 'status', status: 404, body: {} } });
    const report = await examine();

    expect(report.line('first stage')).toMatch(/^ok /);
    expect(report.line('second stage')).toMatch(/^FAILED .*CORRECTION_MODEL/);
    expect(report.exitCode).toBe(1);
  });

  it('accepts a first stage without a model', async () => {
    const report = await examine({ GEMINI_API_KEY: '' });

    expect(report.line('first stage')).toMatch(/^ok .*Maria Tapestry/);
    expect(report.line('second stage')).toMatch(/^warning .*GEMINI_API_KEY/);
    expect(report.exitCode).toBe(0);
  });

  it.each([
    ['AssemblyAI', {}, /^ok .*Maria Tapestry/, /^ok .*not used/],
    ['Gemini', {}, /^ok .*not used/, /^ok .*Marijke Terpstra/],
    ['LiteLLM', 'litellm', /^ok .*whisper-1, \d+ ms: .*Maria Tapestry/, /^ok .*not used/],
  ] as const)('tries the services that %s uses', async (provider, changes, first, second) => {
    const settings = changes === 'litellm' ? litellmEnv(simulator) : { TRANSCRIPTION_PROVIDER: provider };
    const report = await examine(settings);

    expect(report.line('first stage')).toMatch(first);
    expect(report.line('second stage')).toMatch(second);
    expect(report.exitCode).toBe(0);
  });
});
