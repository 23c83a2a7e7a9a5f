import pg from 'pg';

/** Reads (or bends) the record behind the service's back; for what HTTP does not tell, and for time that must pass. */
export async function query<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

/**
 * Looks for a text in every column of every table, those of the queues included.
 *
 * @returns the tables that hold it, as `schema.table`
 */
export async function tablesHolding(databaseUrl: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string; quoted: string }>(
      `select table_schema || '.' || table_name as name, quote_ident(table_schema) || '.' || quote_ident(table_name) as quoted
       from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
       order by 1`,
    );
    const holding: string[] = [];
    for (const { name, quoted } of tables.rows) {
      const { rows } = await client.query(
        `select from ${quoted} as r where strpos(lower(r::text), lower($1)) > 0 limit 1`,
        [text],
      );
      if (rows.length > 0) holding.push(name);
    }
    return holding;
  } finally {
    await client.end();
  }
}
