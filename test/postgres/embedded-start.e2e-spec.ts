import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../support/service-process.js';
import { World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

describe('a process that brings its database along', () => {
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

  it('takes it down again when it is told to stop while it starts', async () => {
    service = ServiceProcess.spawn(env());
    await outputHolding('making the database');
    const exitCode = await service.stop('SIGTERM');

    expect(exitCode).toBe(0);
    expect(service.output).toContain('stopped');
    expect(databaseRuns()).toBe(false);
  });

  it('takes it down again when it cannot start', async () => {
    const inTheWay: Server = createServer();
    inTheWay.listen(Number(env().PORT), env().HOST ?? '127.0.0.1');
    await once(inTheWay, 'listening');
    try {
      service = ServiceProcess.spawn(env());
      const exitCode = await service.ended();

      expect(exitCode).toBe(1);
      expect(service.output).toContain('the database server runs');
      expect(service.output).toContain('EADDRINUSE');
      expect(databaseRuns()).toBe(false);
    } finally {
      inTheWay.close();
      await once(inTheWay, 'close');
    }
  });
});
