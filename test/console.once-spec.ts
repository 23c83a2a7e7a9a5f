import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3AudioStorage } from '../src/audio/s3-audio-storage.js';
import { consoleHeaders } from '../src/http/console/console-headers.js';
import { expectError } from './support/expect-error.js';
import { httpRequest, type HttpAnswer } from './support/http-request.js';
import { World } from './support/test-service.js';

const PAGE = '<!doctype html><title>A console</title><script src="/assets/main-1a2b3c.js"></script>';
const SCRIPT = 'document.title = "ready";'.repeat(50);
const LIMIT = 3;

let folder: string;
let world: World;
/** Without limits, keys and other settings. */
let open: World;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-console-'));
  await mkdir(join(folder, 'assets'));
  await Promise.all([
    writeFile(join(folder, 'index.html'), PAGE),
    writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    writeFile(join(folder, 'assets/main-1a2b3c.js'), SCRIPT),
    writeFile(join(folder, 'assets/main-1a2b3c.js.br'), brotliCompressSync(SCRIPT)),
    writeFile(join(folder, 'assets/main-1a2b3c.js.gz'), gzipSync(SCRIPT)),
  ]);
  const service = { consoleFolder: folder };
  const env = { API_KEYS: 'a-key-that-is-long-enough', PUBLIC_RATE_LIMIT: String(LIMIT) };
  [world, open] = await Promise.all([World.start({ env, service }), World.start({ service })]);
});

afterAll(async () => {
  await world.stop();
  await open.stop();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers = {}, method = 'GET'): Promise<HttpAnswer> =>
  httpRequest(world.api.url, { method, path, headers });

describe('the console', () => {
  it.each([
    '/',
    '/index.html',
    '/c/01890000-0000-7000-8000-000000000000',
    '/c/01890000-0000-7000-8000-000000000000?at=12',
    '/problems',
    '/deliveries',
    '/system',
    '/new',
    '/sign-in',
  ])('is one page at %s, without a key', async (path) => {
    const { status, headers, body } = await get(path);
    expect([status, body]).toEqual([200, PAGE]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    });
    expect((await get(path, {}, 'HEAD')).status).toBe(200);
  });

  it('lets browsers keep its assets for ever, as their names change with their content', async () => {
    const { status, headers, body } = await get('/assets/main-1a2b3c.js');
    expect([status, body]).toEqual([200, SCRIPT]);
    expect(headers).toMatchObject({
      'content-type': expect.stringMatching(/javascript; charset=utf-8$/) as unknown,
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', undefined],
  ])('sends an asset as it was compressed before: %s', async (accepted, encoding) => {
    const { status, headers } = await get('/assets/main-1a2b3c.js', { 'accept-encoding': accepted });
    expect([status, headers['content-encoding']]).toEqual([200, encoding]);
    expect(headers['content-type']).toMatch(/javascript/);
    expect(headers.vary).toMatch(/accept-encoding/i);
  });

  it('runs its own scripts only, and may use the microphone', async () => {
    for (const path of ['/', '/problems', '/assets/main-1a2b3c.js']) {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).toContain("media-src 'self' blob:;");
      expect(policy).toContain("connect-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(headers['permissions-policy']).toContain('microphone=(self)');
      expect(headers['referrer-policy']).toBe('same-origin');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-request-id']).toMatch(/\S/);
    }
    const { headers } = await get('/health/live');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers).not.toHaveProperty('permissions-policy');
  });

  it('is loaded without counting for the rate limit of other open routes', async () => {
    for (let i = 0; i < LIMIT * 4; i += 1) expect((await get('/assets/main-1a2b3c.js')).status).toBe(200);
  });

  it.each([
    '/assets/other.js',
    '/assets/',
    '/assets/main-1a2b3c.js.br',
    '/assets/../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/c/a/b',
    '/problems/1',
  ])('is not at %s, which answers as every unknown path', async (path) => {
    expectError(await httpRequest(open.api.url, { method: 'GET', path }), 404, 'not_found');
  });

  it('leaves the documentation as it is', async () => {
    const docs = await httpRequest(open.api.url, { method: 'GET', path: '/docs' });
    expect(docs.status).toBe(200);
    expect(docs.headers['content-security-policy']).toContain("style-src 'self' 'unsafe-inline'");
    const script = { method: 'GET', path: '/docs/swagger-ui-bundle.js' };
    expect((await httpRequest(open.api.url, script)).status).toBe(200);
  });

  it('is not served with CONSOLE=false', async () => {
    const other = await World.start({ env: { CONSOLE: 'false' }, service: { consoleFolder: folder } });
    try {
      for (const path of ['/', '/problems', '/assets/main-1a2b3c.js']) {
        expectError(await httpRequest(other.api.url, { method: 'GET', path }), 404, 'not_found');
      }
    } finally {
      await other.stop();
    }
  });

  it('that was not built is not served', async () => {
    const other = await World.start({ service: { consoleFolder: join(folder, 'assets') } });
    try {
      expectError(await httpRequest(other.api.url, { method: 'GET', path: '/' }), 404, 'not_found');
    } finally {
      await other.stop();
    }
  });
});

describe('recordings in a bucket', () => {
  it.each([
    ['https://minio.example:9000', true, 'https://minio.example:9000'],
    ['https://minio.example:9000', false, 'https://recordings.minio.example:9000'],
    [undefined, true, 'https://s3.eu-west-1.amazonaws.com'],
    [undefined, false, 'https://recordings.s3.eu-west-1.amazonaws.com'],
  ])('may be played from its origin: %s, by path: %s', async (endpoint, pathStyle, origin) => {
    const storage = new S3AudioStorage({
      bucket: 'recordings',
      region: 'eu-west-1',
      endpoint,
      pathStyle,
      accessKeyId: 'unused',
      secretAccessKey: 'unused',
    });
    try {
      expect(await storage.publicOrigin()).toBe(origin);
      const policy = consoleHeaders(origin)['content-security-policy'];
      expect(policy).toContain(`media-src 'self' blob: ${origin};`);
      expect(policy).toContain("connect-src 'self';");
    } finally {
      storage.close();
    }
  });
});
