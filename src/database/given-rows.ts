import { sql, type RawBuilder } from 'kysely';
import { ownTurn } from '../event-loop/own-turn.js';
import type { ValueOf } from './prepare-statement.js';
import { storableJson } from './storable.js';

type ColumnType = 'uuid' | 'text' | 'integer' | 'bigint' | 'real' | 'boolean' | 'json' | 'jsonb';

/** JSON this long, in characters, takes some ten milliseconds to write; that of ten hours of speech is twenty times as long. */
const LONG_JSON_CHARS = 1_000_000;

/** Rows, as a statement takes them. */
export interface CarriedRows {
  places: readonly number[];
  rows: string;
}

/**
 * Rows for a statement to read. Its text is the same for one row and for many, and it is prepared once.
 *
 * The server takes an array for ten rows where it knows no better, and a function that returns rows for a hundred: with that many
 * it would rather read a whole table of some thousand rows than look up each.
 */
export class GivenRows<Column extends string> {
  private readonly textColumns: readonly Column[];

  /** @param columns the type of each; of `json` the server keeps the text as it is, in the order of its keys */
  constructor(private readonly columns: Readonly<Record<Column, ColumnType>>) {
    this.textColumns = this.entries()
      .filter(([, type]) => type === 'json')
      .map(([name]) => name);
  }

  /** A select of them. */
  relation(value: ValueOf<CarriedRows>): RawBuilder<unknown> {
    const columns = this.entries();
    const names = columns.map(([name, type]) => sql`given_row.${sql.ref(name)}::${sql.raw(type)}`);
    const carriedTypes = columns.map(
      ([name, type]) => sql`${sql.ref(name)} ${sql.raw(type === 'json' ? 'text' : type)}`,
    );
    return sql`select ${sql.join(names)} from unnest(${value('places')}::integer[]) as place,
      jsonb_to_record(${value('rows')}::jsonb -> place) as given_row (${sql.join(carriedTypes)})`;
  }

  /**
   * The event loop goes on between the parts of rows that are long.
   *
   * @param rows what is undefined in one is null
   */
  async carry(rows: readonly Readonly<Record<Column, unknown>>[]): Promise<CarriedRows> {
    const carried: string[] = [];
    for (const row of rows) {
      const carriedRow: Record<string, unknown> = { ...row };
      for (const name of this.textColumns) {
        const value = row[name];
        if (value !== undefined && value !== null) carriedRow[name] = await written(value);
      }
      carried.push(await written(carriedRow));
    }
    return { places: rows.map((_row, index) => index), rows: `[${carried.join(',')}]` };
  }

  private entries(): [Column, ColumnType][] {
    return Object.entries(this.columns) as [Column, ColumnType][];
  }
}

async function written(value: unknown): Promise<string> {
  const json = storableJson(value);
  if (json.length > LONG_JSON_CHARS) await ownTurn();
  return json;
}
