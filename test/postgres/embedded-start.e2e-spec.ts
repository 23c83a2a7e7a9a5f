import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceProcess } from '../support/service-process.js';
import { World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

describe('a process with an embedded database', () => {
  let world: World;
  let dataDir: string;
  let service: ServiceProcess;

  beforeEach(async () => {
    world = await World.start();
    await world.stopService();
    dataDir = await mkdtemp(join(tmpdir(), 'ringback-start-'));
  });

  afterEach(async () => {
    await service.stop();
    await world.stop();
    await rm(dataDir, { recursive: true });
  });

  const env = () => world.env({ DATABASE_URL: '', DATA_DIR: dataDir });
  const databaseRuns = () => existsSync(join(dataDir, 'postgres/postmaster.pid'));
  const outputHolding = (words: string) =>
    waitUntil(
      () => Promise.resolve(service.output),
      (output) => output.includes(words),
    );

  it('stops the database when it is stopped during its start', async () => {
    service = ServiceProcess.spawn(env());
    await outputHolding('creating the database');
    const exitCode = await service.stop('SIGTERM');

    expect(exitCode).toBe(0);
    expect(service.output).toContain('stopped');
    expect(databaseRuns()).toBe(false);
  });

  it('stops the database when it cannot start', async () => {
    const portOccupier: Server = createServer();
    portOccupier.listen(Number(env().PORT), env().HOST ?? '127.0.0.1');
    await once(portOccupier, 'listening');
    try {
      service = ServiceProcess.spawn(env());
      const exitCode = await service.ended();

      expect(exitCode).toBe(1);
      expect(service.output).toContain('the database server runs');
      expect(service.output).toContain('EADDRINUSE');
      expect(databaseRuns()).toBe(false);
    } finally {
      portOccupier.close();
      await once(portOccupier, 'close');
    }
  });
});
