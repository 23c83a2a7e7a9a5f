import { afterAll, beforeAll } from '@jest/globals';
import { openDatabase, type OpenDatabase } from '../../src/database/database.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/**
 * Opens a separate database for the tests of a `describe`, as the service does; a broken connection
 * fails them.
 */
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
