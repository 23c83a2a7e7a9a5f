import { describe, expect, it } from 'vitest';
import { createAppConfig } from './create-app-config.js';
import { withLibpqSslRules, leavesCertificateUnverified } from './database-url.js';

const BASE = 'postgres://user:p%40ss@db.example.org:5432/ringback';

describe('a DATABASE_URL', () => {
  it.each([
    ['sslmode=require', true],
    ['sslmode=prefer', true],
    ['application_name=x&sslmode=require', true],
    ['sslmode=verify-full&sslmode=require', true],
    ['sslmode=require&sslrootcert=/etc/ca.pem', true],
    ['sslmode=verify-ca&sslrootcert=/etc/ca.pem', true],
    ['sslmode=verify-ca', false],
    ['sslmode=verify-full', false],
    ['sslmode=no-verify', false],
    ['sslmode=disable', false],
    ['application_name=sslmode', false],
    ['sslmode=require&uselibpqcompat=true', false],
    ['sslmode=require&uselibpqcompat=false', false],
  ])('with %s makes the driver follow the rules of libpq: %s', (search, hasLibpqRules) => {
    const url = `${BASE}?${search}`;

    expect(withLibpqSslRules(url)).toBe(hasLibpqRules ? `${url}&uselibpqcompat=true` : url);
    expect(createAppConfig({ ASSEMBLYAI_API_KEY: 'x', DATABASE_URL: url }).databaseUrl).toBe(
      withLibpqSslRules(url),
    );
  });

  it.each([
    ['', false],
    ['sslmode=disable', false],
    ['sslmode=require', true],
    ['sslmode=prefer', true],
    ['sslmode=no-verify', true],
    ['sslmode=require&sslrootcert=/etc/ca.pem', false],
    ['sslmode=verify-ca&sslrootcert=/etc/ca.pem', false],
    ['sslmode=verify-full', false],
  ])('with %j leaves the certificate unverified: %s', (search, isUnverified) => {
    expect(leavesCertificateUnverified(`${BASE}?${search}`)).toBe(isUnverified);
  });
});
