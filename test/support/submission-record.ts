import pg from 'pg';
import type { World } from './test-service.js';

/** Columns of a submission that callbacks write. */
export interface CallbackTraces {
  callbacks: number;
  callback_transcript_id: string | null;
}

/** Reads the record itself, because the API does not show recorded callbacks. */
export async function callbackTraces(world: World, submission: string): Promise<CallbackTraces> {
  const client = new pg.Client({ connectionString: world.database.url });
  await client.connect();
  try {
    const { rows } = await client.query<CallbackTraces>(
      'select callbacks, callback_transcript_id from submissions where id = $1',
      [submission],
    );
    const [row] = rows;
    if (row === undefined) throw new Error(`there is no submission ${submission}`);
    return row;
  } finally {
    await client.end();
  }
}
