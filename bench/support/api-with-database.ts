import type pg from 'pg';
import { closing } from '../../commands/closing.js';
import { startSimulator } from '../../simulator/simulator.js';
import type { ScenarioTools } from '../scenario.js';
import { withService } from './bench-service.js';
import { withStores } from './stores.js';

/**
 * Runs `work` against one process (`ROLE=api`) and a PostgreSQL of its own, into which the scenario
 * writes what is to be read.
 *
 * @throws ServiceFailedError as `withService`
 */
export async function withApiAndDatabase<T>(
  tools: ScenarioTools,
  work: (url: string, database: pg.Client) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({});
  return closing(
    () => simulator.close(),
    () =>
      withStores(tools, ({ databaseUrl, database }) =>
        withService(
          {
            strategy: 'polling',
            simulatorUrl: simulator.url,
            environment: { DATABASE_URL: databaseUrl, ROLE: 'api' },
          },
          tools,
          (_api, { url }) => work(url, database),
        ),
      ),
  );
}
