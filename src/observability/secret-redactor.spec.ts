import { describe, expect, it } from 'vitest';
import { createAppConfig } from '../config/create-app-config.js';
import { SecretRedactor } from './secret-redactor.js';

const SERVICE_ACCOUNT = {
  project_id: 'a-project',
  client_email: 'somebody@example.org',
  private_key: '-----BEGIN PRIVATE KEY-----\nabcdef\n-----END PRIVATE KEY-----\n',
};

const config = createAppConfig({
  ASSEMBLYAI_API_KEY: 'key-of-assemblyai',
  ASSEMBLYAI_WEBHOOK_URL: 'https://ringback.example.org/api/webhooks/assemblyai?tenant=tenant-token-1',
  ASSEMBLYAI_WEBHOOK_SECRET: 'new-secret,old-secret',
  DATABASE_URL: 'postgres://ringback:p%40ss-word@db.example.org/ringback',
  REDIS_URL: 'redis://:redis-pass@redis.example.org',
  GCP_SA_JSON: JSON.stringify(SERVICE_ACCOUNT),
});

describe('a redacted text', () => {
  const redactor = SecretRedactor.for(config);

  it.each([
    'key-of-assemblyai',
    'new-secret',
    'old-secret',
    'p@ss-word',
    'p%40ss-word',
    'redis-pass',
    'tenant-token-1',
    SERVICE_ACCOUNT.private_key,
    JSON.stringify(SERVICE_ACCOUNT.private_key),
  ])('contains no secret of the configuration: %j', (secret) => {
    const redacted = redactor.redact(`it failed with ${secret}, twice: ${secret}`);

    expect(redacted).not.toContain(secret.replaceAll('"', ''));
    expect(redacted).toMatch(/^it failed with "?\[redacted\]"?, twice: /);
  });

  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
    ['{"authorization":"Basic YTpi"}', '{"authorization":"Basic [redacted]"}'],
    ['signed with whsec_aGVsbG8+/w==', 'signed with whsec_[redacted]'],
    ['connect to postgres://me:hush@host/db', 'connect to postgres://me:[redacted]@host/db'],
    ['GET https://host/a.mp3?X-Amz-Signature=abc&b=c failed', 'GET https://host/a.mp3?[redacted] failed'],
  ])('contains no secret of a known form: %s', (text, redacted) => {
    expect(new SecretRedactor([]).redact(text)).toBe(redacted);
  });

  it('is unchanged otherwise', () => {
    const text = 'chunk 019a-7 is completed; https://host/a/b, 5 ms, user@example.org, is it? key "frontend"';

    expect(redactor.redact(text)).toBe(text);
    expect(new SecretRedactor(['', 'a', 'short']).redact('a short text')).toBe('a short text');
  });

  it('has the longer of two overlapping secrets replaced completely', () => {
    expect(new SecretRedactor(['secret-one', 'secret-one-and-more']).redact('secret-one-and-more')).toBe(
      '[redacted]',
    );
  });

  // Quadratic time would take minutes to hours for these lengths.
  it.each(
    ['http://', 'http://a', 'https://a:b', '//', '//a:', 'Bearer ', 'a', ' ', '?a='].flatMap((piece) =>
      [100_000, 5_000_000].map((length) => [piece, length] as const),
    ),
  )('takes time linear in its length: %j, %d characters', (piece, length) => {
    const text = piece.repeat(length / piece.length);

    expect(new SecretRedactor([]).redact(`https://host/a ${text} `).startsWith('https://host/a ')).toBe(true);
    expect(new SecretRedactor([]).redact(`${text}, https://host/a?b=c`).endsWith('/a?[redacted]')).toBe(true);
  });
});
