import { shareStatement } from './share-statement.js';

/**
 * Reads rows by their ids, those that are asked for at once with one statement (see shareStatement).
 *
 * @param read the rows of these ids that there are, in any order
 * @returns a function that reads one of them; undefined where there is none
 */
export function shareRead<Row>(
  read: (ids: readonly string[]) => Promise<readonly Row[]>,
  idOf: (row: Row) => string,
): (id: string) => Promise<Row | undefined> {
  const reading = shareStatement<string, Row | undefined>({
    run: async (ids) => {
      const rows = new Map((await read(ids)).map((row) => [idOf(row), row]));
      return ids.map((id) => rows.get(id));
    },
  });
  // PostgreSQL writes the letters of a UUID small, whoever asks with whatever letters.
  return (id) => reading(id.toLowerCase());
}
