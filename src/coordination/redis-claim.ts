import type { Redis } from 'ioredis';

/** The store is another installation's: two of them on one store take each other's jobs. */
export class ForeignStoreError extends Error {
  override readonly name = 'ForeignStoreError';
  readonly code = 'foreign_store';

  /** @param key holds the mark of the other installation */
  constructor(key: string) {
    super(
      'the Redis at REDIS_URL is in use by a Ringback with another database, and two under one REDIS_PREFIX take each ' +
        "other's jobs: set a REDIS_PREFIX of its own, or another REDIS_URL; if the database was replaced and no other " +
        `Ringback is left there, delete the key ${key} and start again`,
    );
  }
}

/**
 * Marks Redis as this installation's where it is nobody's yet. May be repeated at will, and has to be: Redis may be wiped at any
 * time, and the mark with it.
 *
 * @throws ForeignStoreError when the mark is another's
 */
export async function claimRedis(redis: Redis, key: string, installation: string): Promise<void> {
  if ((await redis.set(key, installation, 'NX')) !== null) return;
  const owner = await redis.get(key);
  // Wiped in between: the next claim sets it.
  if (owner !== null && owner !== installation) throw new ForeignStoreError(key);
}
