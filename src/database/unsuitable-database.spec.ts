import { describe, expect, it } from 'vitest';
import { refusedConnection, unsuitability } from './unsuitable-database.js';

const GOOD = { versionNum: 180004, version: '18.4', encoding: 'UTF8' };

describe('a database', () => {
  it('is suitable when it is new enough and stores every text', () => {
    expect(unsuitability(GOOD)).toBeUndefined();
    expect(unsuitability({ ...GOOD, versionNum: 130000, version: '13.0' })).toBeUndefined();
  });

  it('is unsuitable when its server is too old', () => {
    expect(unsuitability({ ...GOOD, versionNum: 120022, version: '12.22' })).toMatch(
      /PostgreSQL 12\.22, which is too old: run PostgreSQL 13 or newer/,
    );
  });

  it('is unsuitable in another encoding', () => {
    expect(unsuitability({ ...GOOD, encoding: 'SQL_ASCII' })).toMatch(
      /SQL_ASCII.*ENCODING 'UTF8' TEMPLATE template0/,
    );
  });
});

describe('a refused connection', () => {
  const withCode = (code: string, message = 'refused') => Object.assign(new Error(message), { code });

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
    'because of a certificate (%s) names what would make it trusted',
    (code) => {
      const wrapped = new Error('the database does not answer', {
        cause: withCode(code, 'self-signed certificate'),
      });
      expect(refusedConnection(wrapped)).toMatch(
        /self-signed certificate.*sslrootcert.*NODE_EXTRA_CA_CERTS.*sslmode=require/,
      );
    },
  );

  it.each(['ECONNREFUSED', 'ENOTFOUND', '57P03', '53300'])('with %s may recover', (code) => {
    expect(refusedConnection(withCode(code))).toBeUndefined();
  });
});
