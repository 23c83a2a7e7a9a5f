import type { Redis } from 'ioredis';

/** Categories of Ringback's memory in Redis, by key name; the first match counts. */
const KINDS = [
  ['check jobs', /:check\.[^:]+$/],
  ['order of sleeping jobs', /:delayed$/],
  ['callback metadata', /^coord:aai_transcript:/],
  ['pending sets', /^coord:\{pending\}/],
  ['event streams', /:events$/],
] as const;
const OTHER = 'other keys';

type KeyKind = (typeof KINDS)[number][0] | typeof OTHER;

/** Few round trips, and none that blocks Redis for long. */
const KEYS_PER_SCAN = 1_000;

export interface KeyMemory {
  keys: number;
  bytes: number;
}

/** Returns the memory that Redis reports for all its data, connections and tables. */
export async function usedBytes(redis: Redis): Promise<number> {
  const used = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
  if (used === undefined) throw new TypeError('INFO memory has no used_memory');
  return Number(used);
}

/**
 * Returns the bytes of all keys, measured over every element. Redis' own tables of keys are not
 * included.
 */
export async function memoryByKind(redis: Redis): Promise<Record<KeyKind, KeyMemory>> {
  const names: KeyKind[] = [...KINDS.map(([kind]) => kind), OTHER];
  const memory = Object.fromEntries(names.map((name) => [name, { keys: 0, bytes: 0 }])) as Record<
    KeyKind,
    KeyMemory
  >;
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', KEYS_PER_SCAN);
    cursor = next;
    const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    for (const [index, key] of keys.entries()) {
      const ofKind = memory[kindOf(key)];
      ofKind.keys += 1;
      ofKind.bytes += sizes[index] ?? 0;
    }
  } while (cursor !== '0');
  return memory;
}

function kindOf(key: string): KeyKind {
  return KINDS.find(([, pattern]) => pattern.test(key))?.[0] ?? OTHER;
}
