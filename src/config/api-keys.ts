import { createHash } from 'node:crypto';

/** A key of the API as the service keeps it: it can recognise the key, and no longer tell it. */
export interface ApiKey {
  /** Who calls with it, for the log. */
  name: string;
  /** SHA-256 of the key, in hexadecimal. */
  sha256: string;
}

const HASHED_ENTRY = /^(?<name>[A-Za-z0-9._-]{1,64})=sha256:(?<digest>.*)$/;
const SHA256_HEX = /^[0-9a-f]{64}$/i;

/**
 * Reads the entries of API_KEYS. `<name>=sha256:<hex>` is a key by its hash; anything else is a key itself, and is called by its
 * place in the list.
 *
 * @param report told what is wrong, without the entry itself
 */
export function readApiKeys(entries: readonly string[], report: (problem: string) => void): ApiKey[] {
  const keys = entries.map((entry, index): ApiKey => {
    const groups = HASHED_ENTRY.exec(entry)?.groups;
    if (groups === undefined) return { name: `key ${index + 1}`, sha256: sha256(entry) };
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

function sha256(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}
