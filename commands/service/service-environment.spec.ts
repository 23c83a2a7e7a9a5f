import { describe, expect, it } from 'vitest';
import { createAppConfig } from '../../src/config/create-app-config.js';
import { serviceEnvironment, simulatedEnvironment } from './service-environment.js';

const simulated = (webhookSecret: string | null) =>
  simulatedEnvironment({
    simulatorUrl: 'http://127.0.0.1:4010',
    port: 3100,
    dataDir: '/srv/demo',
    webhookSecret,
  });

describe('the environment of a service that is started as a child', () => {
  it('has the variables that the system needs and those passed to it, and no others', () => {
    process.env.ASSEMBLYAI_API_KEY = 'somebodys';
    try {
      const environment = serviceEnvironment({ PORT: '3100' });
      expect(environment).toMatchObject({ PATH: process.env.PATH, PORT: '3100' });
      expect(environment).not.toHaveProperty('ASSEMBLYAI_API_KEY');
    } finally {
      delete process.env.ASSEMBLYAI_API_KEY;
    }
  });

  it('is valid for both strategies, with a secret and without one', () => {
    expect(createAppConfig(simulated('secret')).transcription.delivery).toEqual({
      kind: 'webhook',
      url: 'http://127.0.0.1:3100/api/webhooks/assemblyai',
      secret: 'secret',
    });
    expect(createAppConfig(simulated(null)).transcription.delivery).toEqual({ kind: 'polling' });
  });
});
