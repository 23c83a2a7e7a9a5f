import { createHash } from 'node:crypto';

/** A key of the API as the service keeps it: it can recognize the key, and no longer tell it. */
export interface ApiKey {
  /** Who calls with it, for the log. */
  name: string;
  /** SHA-256 of the key, in hexadecimal. */
  sha256: string;
  /** Set for a key that may be found by trying; a hash does not tell. */
  isShort?: true;
}

const HASHED_ENTRY = /^(?<name>[A-Za-z0-9._-]{1,64})=sha256:(?<digest>.*)$/;
const SHA256_HEX = /^[0-9a-f]{64}$/i;
/**
 * The name of a hash function, or a hash behind a name. Such an entry was meant to be a hash: as a key it would let in who reads the
 * configuration, and not who has the key.
 */
const MEANT_AS_HASH = /(?:^|[\s=:])(?:sha-?\d+|md5)\s*[:=]|[=:]\s*[0-9a-f]{32,}$/i;
/** 96 bits as base64 writes them: 12 random bytes. */
const MIN_KEY_CHARACTERS = 16;

/**
 * Reads the entries of API_KEYS. `<name>=sha256:<hex>` is a key by its hash; anything else is a key itself, and is called by its
 * place in the list.
 *
 * @param report told what is wrong, without the entry itself
 */
export function readApiKeys(entries: readonly string[], report: (problem: string) => void): ApiKey[] {
  const keys = entries.map((entry, index): ApiKey => {
    const groups = HASHED_ENTRY.exec(entry)?.groups;
    if (groups === undefined) {
      if (MEANT_AS_HASH.test(entry)) {
        report(
          `has a hash that is not written as one, in entry ${index + 1}; give <name>=sha256:<64 hexadecimal digits>, ` +
            'with a name of letters, digits, dots, hyphens and underscores',
        );
      }
      return plainKey(entry, index);
    }
    const { name = '', digest = '' } = groups;
    if (!SHA256_HEX.test(digest)) {
      report(`has no SHA-256 for ${name}; give its 64 hexadecimal digits, as sha256sum prints them`);
    }
    return { name, sha256: digest.toLowerCase() };
  });
  const names = keys.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) report(`has two keys of the name ${twice}; give each key a name of its own`);
  return keys;
}

function plainKey(key: string, index: number): ApiKey {
  return {
    name: `key ${index + 1}`,
    sha256: sha256(key),
    ...(key.length < MIN_KEY_CHARACTERS && { isShort: true }),
  };
}

function sha256(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}
