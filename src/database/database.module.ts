import { setTimeout as pause } from 'node:timers/promises';
import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { sql } from 'kysely';
import { AppConfig } from '../config/app-config.js';
import { leavesCertificateUnverified } from '../config/database-url.js';
import { DatabaseReadOnlyError } from './database-unavailable-error.js';
import { Database, openDatabase } from './database.js';
import type { EmbeddedServer, EmbeddedStart } from '../embedded-postgres/embedded-server.js';
import { migrateToLatest } from './migrate.js';
import { requireWritable } from './require-writable.js';
import {
  explainingRights,
  refusedConnection,
  requireSuitable,
  type RightsFacts,
  UnsuitableDatabaseError,
} from './unsuitable-database.js';

/** Where the database is: given by DATABASE_URL, or the embedded server that was started for us. */
export class DatabaseServer {
  constructor(
    readonly connectionString: string,
    readonly embedded?: EmbeddedServer,
  ) {}
}

const START_RETRY_MS = 500;

async function provideServer(
  config: AppConfig,
  embedded: EmbeddedStart | undefined,
): Promise<DatabaseServer> {
  if (config.databaseUrl !== undefined) return new DatabaseServer(config.databaseUrl);
  if (embedded === undefined) throw new TypeError('neither a DATABASE_URL nor an embedded server was given');
  const server = await embedded.server();
  return new DatabaseServer(server.connectionString, server);
}

/**
 * Waits for a database that does not answer yet, as when both are started together.
 *
 * @throws UnsuitableDatabaseError at once when waiting will not help; Error that names DATABASE_URL when the database does not
 *   answer in time
 */
async function waitUntilItAnswers(database: Database, logger: Logger, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await requireWritable(database);
      return;
    } catch (error) {
      const refusal = refusedConnection(error);
      if (refusal !== undefined) throw new UnsuitableDatabaseError(refusal, { cause: error });
      const reason = error instanceof Error ? error.message : String(error);
      if (Date.now() > deadline) {
        const advice =
          error instanceof DatabaseReadOnlyError
            ? 'check that DATABASE_URL leads to the primary'
            : 'check DATABASE_URL and that it is running';
        throw new Error(`${reason}; ${advice}`, { cause: error });
      }
      logger.warn(`waiting for the database: ${reason}`);
      await pause(START_RETRY_MS);
    }
  }
}

async function provideDatabase(server: DatabaseServer, config: AppConfig): Promise<Database> {
  const logger = new Logger('Database');
  if (leavesCertificateUnverified(server.connectionString)) {
    logger.warn(
      'the connection to the database is encrypted, and its certificate is not verified: with sslmode=verify-full in DATABASE_URL it is',
    );
  }
  const { database } = openDatabase(server.connectionString, (error) => {
    logger.warn(`a database connection broke: ${error.message}`);
  });
  try {
    await waitUntilItAnswers(database, logger, config.startTimeoutMs);
    await requireSuitable(database);
    await explainingRights(
      () => migrateToLatest(database),
      async (query) => (await sql.raw<RightsFacts>(query).execute(database)).rows,
    );
  } catch (error) {
    await database.destroy();
    await server.embedded?.stop();
    throw error;
  }
  return database;
}

/** Closes the pool, then the embedded server: last of all, as everything else may still write until then. */
@Injectable()
class DatabaseCloser implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DatabaseServer) private readonly server: DatabaseServer,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.destroy();
    await this.server.embedded?.stop();
  }
}

@Global()
@Module({})
export class DatabaseModule {
  /** @param embedded the server that is starting, where DATABASE_URL is not set */
  static on(embedded: EmbeddedStart | undefined): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        {
          provide: DatabaseServer,
          inject: [AppConfig],
          useFactory: (config: AppConfig) => provideServer(config, embedded),
        },
        { provide: Database, inject: [DatabaseServer, AppConfig], useFactory: provideDatabase },
        DatabaseCloser,
      ],
      exports: [Database, DatabaseServer],
    };
  }
}
