import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceProcess } from './support/service-process.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

/** Module that emits a warning of Node.js on a signal, as a library does. */
const A_LIBRARY = `data:text/javascript,${encodeURIComponent(
  `process.on('SIGUSR2', () => process.emitWarning('Node is old', 'VersionWarning'))`,
)}`;

describe('warnings of libraries', () => {
  let world: World;
  let service: ServiceProcess;

  beforeAll(async () => {
    world = await World.start();
    await world.stopService();
    service = await ServiceProcess.start(
      world.env({
        NODE_OPTIONS: `--import ${A_LIBRARY}`,
        GEMINI_API_KEY: '',
        GCP_SA_JSON: JSON.stringify({ project_id: 'p', client_email: 'a@b.example', private_key: 'k' }),
        STORAGE_S3_BUCKET: 'recordings',
        STORAGE_S3_ENDPOINT: 'http://127.0.0.1:1',
        STORAGE_S3_KEY: 'a-key',
        STORAGE_S3_SECRET: 'a-secret',
      }),
    );
  });

  afterAll(async () => {
    await service.stop();
    await world.stop();
  });

  it('are lines of the log like any other', async () => {
    process.kill(service.pid, 'SIGUSR2');
    await waitUntil(
      () => Promise.resolve(service.output),
      (output) => output.includes('Node is old'),
    );
    await service.stop();
    const lines = service.output.trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { level: string; message: string });

    expect(entries).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'VersionWarning: Node is old' }),
    );
    expect(entries.filter(({ message }) => message.includes('The VertexAI class'))).toEqual([
      expect.objectContaining({ level: 'warn', context: 'VertexAi' }),
    ]);
  });
});
