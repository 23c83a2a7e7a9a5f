import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** BullMQ's own names of its scripts, which make crash points readable. */
const luaScripts = require('bullmq/dist/cjs/scripts/index.js') as Record<
  string,
  { name: string; content: string }
>;
const { SQL_COMMANDS: sqlCommands } = require('bullmq/dist/cjs/postgres/sql-scripts.js') as {
  SQL_COMMANDS: Record<string, string>;
};

const NAME_OF_SHA = new Map(Object.values(luaScripts).map(({ name, content }) => [sha1(content), name]));
const NAME_OF_SQL = new Map(
  Object.entries(sqlCommands).map(([file, text]) => [text, file.replace('.sql', '')]),
);

/** @returns undefined for a script of others than BullMQ */
export function luaCommand(sha: string): string | undefined {
  return NAME_OF_SHA.get(sha);
}

/** @returns undefined for a statement of others than BullMQ */
export function sqlCommand(text: string): string | undefined {
  return NAME_OF_SQL.get(text);
}

export function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
