import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../simulator/simulator.js';
import { Api } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { settleChunk } from '../support/one-chunk.js';
import { filesHolding, plantSecrets } from '../support/planted-secrets.js';
import { ServiceProcess } from '../support/service-process.js';

const REDACTED = JSON.stringify({
  corrected_transcript:
    'I am <redacted_name>, of <redacted_address>, write to <redacted_email> or call <redacted_phone>.',
  note: '',
});
const TEST_TIMEOUT_MS = 120_000;

describe('the folder of a service with embedded PostgreSQL', () => {
  it(
    'contains no text of an anonymized conversation: neither in tables, nor in the write-ahead log, nor in the server log',
    async () => {
      const secrets = plantSecrets();
      const control = plantSecrets();
      const simulator = await startSimulator({ latencyMs: 20 });
      const dataDir = await mkdtemp(join(tmpdir(), 'ringback-data-'));
      const port = await freePort();
      const service = await ServiceProcess.start({
        ...secrets.keys,
        PORT: String(port),
        DATA_DIR: dataDir,
        ASSEMBLYAI_BASE_URL: simulator.url,
        GEMINI_BASE_URL: simulator.url,
        POLL_INTERVAL_MS: '50',
        RETRY_BASE_MS: '5',
      });
      try {
        const api = new Api(`http://127.0.0.1:${port}`, { authorization: `Bearer ${secrets.keys.API_KEYS}` });
        simulator.faults.add({
          operation: 'submit',
          effect: { kind: 'outcome', text: secrets.heard },
          times: 2,
        });
        simulator.faults.add({
          operation: 'correct',
          effect: { kind: 'text', text: secrets.heard },
          times: 6,
        });
        const failed = await settleChunk(api, { anonymize: true });
        simulator.faults.add({ operation: 'correct', effect: { kind: 'text', text: REDACTED }, times: 1 });
        const completed = await settleChunk(api, { anonymize: true });
        simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: control.heard } });
        await settleChunk(api);
        await service.stop();

        expect([failed.status, completed.status]).toEqual(['failed', 'completed']);
        expect(await filesHolding(dataDir, secrets.all)).toEqual([]);
        // Proves that the search works: texts that were not anonymized are found.
        expect((await filesHolding(dataDir, control.all)).length).toBeGreaterThan(0);
      } finally {
        await service.stop('SIGKILL');
        await simulator.close();
        await rm(dataDir, { recursive: true, force: true });
      }
    },
    TEST_TIMEOUT_MS,
  );
});
