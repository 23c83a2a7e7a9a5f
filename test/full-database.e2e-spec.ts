import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import { addSettled } from '../bench/support/add-settled.js';
import { wav } from './support/api.js';
import { query } from './support/record.js';
import { World } from './support/test-service.js';

/** Enough for the server to prefer an index wherever there is one. */
const SETTLED_CHUNKS = 4_000;
const CHUNKS = 3;
/** Tables that grow with every chunk. */
const TABLES = ['chunks', 'submissions', 'processing_events'];

describe('a database full of settled chunks', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
    await world.stopService();
  });
  afterEach(async () => {
    await world.stop();
  });

  it('has no table that processing a chunk reads in full', async () => {
    await fill();
    const before = await rowsReadWithoutIndex();
    await world.startService();
    const { api } = world;
    const { id } = await api.createConversation();
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) await api.addChunk(id, { audio: wav(String(chunk)) });
    await api.finish(id);
    await api.summarizedConversation(id);
    // Statistics of a connection are complete once it is closed.
    await world.stopService();

    expect(await rowsReadWithoutIndex()).toEqual(before);
  });

  async function fill(): Promise<void> {
    const client = new pg.Client({ connectionString: world.database.url });
    await client.connect();
    try {
      await addSettled(client, SETTLED_CHUNKS);
    } finally {
      await client.end();
    }
  }

  function rowsReadWithoutIndex(): Promise<{ table: string; rows: string }[]> {
    return query(
      world.database.url,
      `select relname as "table", seq_tup_read as rows from pg_stat_user_tables where relname = any($1) order by relname`,
      [TABLES],
    );
  }
});
