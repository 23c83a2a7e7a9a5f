/**
 * BullMQ's own minimum, for the commands that its scripts use
 * (https://docs.bullmq.io/guide/redis-tm-compatibility).
 */
const MINIMUM_MAJOR = 5;

/** Thrown when Redis is unsuitable and waiting does not help. The message says what to change. */
export class UnsuitableRedisError extends Error {
  override readonly name = 'UnsuitableRedisError';
  readonly code = 'unsuitable_redis';
}

/** Says what to change when Redis refuses a command for good; undefined for every other error. */
export function refusedByRedis(message: string, prefix: string): string | undefined {
  if (/^(?:NOAUTH|WRONGPASS)\b|AUTH.*without any password|no password is set/.test(message)) {
    return `Redis rejects the credentials in REDIS_URL (${message}): correct its user and password`;
  }
  if (/\bNOPERM\b|can't run this command|No permissions to access a key/.test(message)) {
    return (
      `Redis refuses its user what queues need (${message}): let the user of REDIS_URL run INFO and all commands but those ` +
      `of @admin, on all keys that begin with {${prefix}}: and with coord: or ${prefix}:coord:, as in ` +
      'ACL SETUSER <user> on ><password> ~* &* +@all -@admin'
    );
  }
  return undefined;
}

/**
 * @returns what is wrong with a server by its INFO, and what to do; undefined when it is suitable
 */
export function unsuitableRedis(info: string): string | undefined {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1];
  if (version === undefined || Number.parseInt(version) >= MINIMUM_MAJOR) return undefined;
  return `Redis ${version} is too old: run Redis 6.2 or newer, or Valkey`;
}

/** Script with one command of each family that queues and coordination use. It leaves no keys. */
export const PROBE = `
  local key = KEYS[1]
  for _, command in ipairs({
    { 'HSET', key, 'field', 1 }, { 'DEL', key }, { 'ZADD', key, 1, 'member' }, { 'ZPOPMIN', key },
    { 'LPUSH', key, 1 }, { 'RPOPLPUSH', key, key }, { 'DEL', key }, { 'SADD', key, 1 }, { 'DEL', key },
    { 'XADD', key, '*', 'field', 1 }, { 'DEL', key }, { 'SET', key, 1, 'PX', 1000 }, { 'DEL', key }
  }) do redis.call(unpack(command)) end
  return 1`;
