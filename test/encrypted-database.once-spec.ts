import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppConfig } from '../src/config/create-app-config.js';
import { databaseChecks } from '../src/doctor/database-checks.js';
import { Api } from './support/api.js';
import { settleChunk } from './support/one-chunk.js';
import { ServiceProcess } from './support/service-process.js';
import { World } from './support/test-service.js';
import { TlsDatabase } from './support/tls-database.js';

describe('a database whose certificate no authority has signed', () => {
  let world: World;
  let database: TlsDatabase;

  beforeAll(async () => {
    world = await World.start({ strategy: 'polling' });
    await world.stopService();
    database = await TlsDatabase.start(world.database.url);
  });

  afterAll(async () => {
    await database.stop();
    await world.stop();
  });

  it('serves the record and the queues with sslmode=require, and the log says that it is not verified', async () => {
    const service = await ServiceProcess.start(world.env({ DATABASE_URL: database.url('require') }));
    try {
      const chunk = await settleChunk(new Api(`http://127.0.0.1:${world.port}`));

      expect(chunk.status).toBe('completed');
      expect(service.output).toContain('its certificate is not verified');
    } finally {
      await service.stop();
    }
  });

  it.each([
    ['require', 'ok'],
    ['verify-full', 'failed'],
  ])('is judged by the doctor as by the service: sslmode=%s is %s', async (sslmode, state) => {
    const config = createAppConfig(world.env({ DATABASE_URL: database.url(sslmode) }));
    const findings = await Promise.all(databaseChecks(config).map((check) => check.run()));

    expect(new Set(findings.map((finding) => finding.state))).toEqual(new Set([state]));
    if (state === 'failed') expect(findings[0]?.detail).toMatch(/self-signed certificate/);
  });
});
