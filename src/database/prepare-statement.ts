import type { CompiledQuery, Kysely, QueryExecutorProvider, QueryResult } from 'kysely';
import type { Schema } from './schema.js';

/** Stands in the text of a statement for a value that each execution gives. */
class Placeholder<Name> {
  constructor(readonly name: Name) {}
}

/** To be put into a statement where a value is to be. */
export type ValueOf<Values> = (name: keyof Values) => unknown;

/** What Kysely's builders and its `sql` have in common. Only by `execute` does the compiler tell what its rows are. */
interface Statement<Row> {
  compile(db: QueryExecutorProvider): CompiledQuery<Row>;
  execute(db: QueryExecutorProvider): Promise<Row[] | QueryResult<Row>>;
}

/**
 * A statement that is put together once, for all executions: for one that every chunk needs, Kysely takes longer to build and
 * compile its text than the driver to send it.
 *
 * @param write called once, before the first execution
 * @returns executes it with these values, in the place of which the statement has `value(name)`
 */
export function prepareStatement<Values extends object, Row>(
  write: (value: ValueOf<Values>, db: Kysely<Schema>) => Statement<Row>,
): (db: Kysely<Schema>, values: Values) => Promise<Row[]> {
  let compiled: CompiledQuery<Row> | undefined;
  return async (db, values) => {
    compiled ??= write((name) => new Placeholder(name), db).compile(db);
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof Values] : parameter,
    );
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters });
    return rows;
  };
}
