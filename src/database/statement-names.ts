import { createHash } from 'node:crypto';

/**
 * Many times the service's statements; varying statement texts must not fill the server's memory.
 */
const MAX_NAMES = 500;
/** PostgreSQL truncates identifiers after 63 bytes. */
const NAME_LENGTH = 32;

const names = new Map<string, string>();

/**
 * Names a statement, so that each connection prepares it and the server parses and plans it once.
 * That is half of the server's work for a short statement.
 *
 * @returns undefined for a statement that is not to be prepared
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MAX_NAMES) return known;
  const name = createHash('sha256').update(text).digest('hex').slice(0, NAME_LENGTH);
  names.set(text, name);
  return name;
}
