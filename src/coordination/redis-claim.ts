import type { Redis } from 'ioredis';

/** The store belongs to another installation. Two on one store would take each other's jobs. */
export class ForeignStoreError extends Error {
  override readonly name = 'ForeignStoreError';
  readonly code = 'foreign_store';

  /** @param key Redis key that holds the other installation's id */
  constructor(key: string) {
    super(
      'the Redis at REDIS_URL is in use by a Ringback with another database, and two under one REDIS_PREFIX take each ' +
        "other's jobs: set a REDIS_PREFIX of its own, or another REDIS_URL; if the database was replaced and no other " +
        `Ringback is left there, delete the key ${key} and start again`,
    );
  }
}

/**
 * Marks Redis as this installation's when it has no owner. May be repeated at will, and must be: a
 * wipe of Redis removes the mark.
 *
 * @throws ForeignStoreError when Redis has the mark of another installation
 */
export async function claimRedis(redis: Redis, key: string, installation: string): Promise<void> {
  if ((await redis.set(key, installation, 'NX')) !== null) return;
  const owner = await redis.get(key);
  // Wiped in between: the next claim sets it.
  if (owner !== null && owner !== installation) throw new ForeignStoreError(key);
}
