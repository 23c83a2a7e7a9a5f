import { createHash } from 'node:crypto';

/** API key as the service keeps it: the hash is enough to recognize the key, not to reveal it. */
export interface ApiKey {
  /** Name of the caller, for the log. */
  name: string;
  /** SHA-256 of the key, in hexadecimal. */
  sha256: string;
  /**
   * Set for a key that may be guessed by trying. Unset when only the hash is known, as it does not
   * show the length.
   */
  isShort?: true;
}

const HASHED_ENTRY = /^(?<name>[A-Za-z0-9._-]{1,64})=sha256:(?<digest>.*)$/;
const SHA256_HEX = /^[0-9a-f]{64}$/i;
/**
 * Matches the name of a hash function, or a hash behind a name. Such an entry is an intended hash:
 * taken as a key, it would admit readers of the configuration, and refuse the owner of the key.
 */
const INTENDED_HASH = /(?:^|[\s=:])(?:sha-?\d+|md5)\s*[:=]|[=:]\s*[0-9a-f]{32,}$/i;
/** Length of 96 bits (12 random bytes) in base64. */
const MIN_KEY_CHARACTERS = 16;

/**
 * Reads the entries of API_KEYS. `<name>=sha256:<hex>` is the hash of a key; anything else is a key
 * itself, and is named by its position in the list.
 *
 * @param report receives each problem, without the entry itself
 */
export function readApiKeys(entries: readonly string[], report: (problem: string) => void): ApiKey[] {
  const keys = entries.map((entry, index): ApiKey => {
    const groups = HASHED_ENTRY.exec(entry)?.groups;
    if (groups === undefined) {
      if (INTENDED_HASH.test(entry)) {
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
