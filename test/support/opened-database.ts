import { afterAll, beforeAll } from 'vitest';
import { openDatabase, type OpenDatabase } from '../../src/database/database.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** Opens a separate database for a `describe`; a broken connection fails its tests. */
export function useOpenedDatabase(): () => OpenDatabase & { url: string } {
  let testDatabase: TestDatabase;
  let open: OpenDatabase;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    open = openDatabase(testDatabase.url, (error) => {
      throw error;
    });
  });
  afterAll(async () => {
    await open.database.destroy();
    await testDatabase.drop();
  });
  return () => ({ ...open, url: testDatabase.url });
}
