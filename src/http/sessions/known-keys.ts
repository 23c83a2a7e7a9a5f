import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../../config/api-keys.js';

export interface KnownKey {
  name: string;
  /** SHA-256 of the key. */
  digest: Buffer;
}

/**
 * The configured API keys. A key is compared with all of them in constant time, so that timing
 * reveals nothing about a match.
 */
export class KnownKeys {
  private readonly keys: readonly KnownKey[];

  constructor(keys: readonly ApiKey[]) {
    this.keys = keys.map(({ name, sha256 }) => ({ name, digest: Buffer.from(sha256, 'hex') }));
  }

  /** Whether no key is configured, so that none is required. */
  get isEmpty(): boolean {
    return this.keys.length === 0;
  }

  find(key: string): KnownKey | undefined {
    return this.findByDigest(createHash('sha256').update(key, 'utf8').digest());
  }

  findByDigest(candidate: Buffer): KnownKey | undefined {
    return this.keys.filter(({ digest }) => timingSafeEqual(digest, candidate)).at(0);
  }
}
