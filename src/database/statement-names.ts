import { createHash } from 'node:crypto';

/** Many times what the service has; a statement whose text differs each time must not fill the server's memory. */
const MAX_NAMES = 500;
/** PostgreSQL cuts off identifiers behind 63 bytes. */
const NAME_LENGTH = 32;

const names = new Map<string, string>();

/**
 * The name under which a connection prepares a statement, so that the server parses and plans it once and not each time. Half of
 * what the server does for a short statement is that.
 *
 * @returns undefined for one that is not to be prepared
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_NAMES) return known;
  const name = createHash('sha256').update(text).digest('hex').slice(0, NAME_LENGTH);
  names.set(text, name);
  return name;
}
