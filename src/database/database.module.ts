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
import { DatabaseReadOnlyError, DatabaseUnavailableError } from './database-unavailable-error.js';
import { Database, openDatabase } from './database.js';
import type { EmbeddedServer, EmbeddedStart } from '../embedded-postgres/embedded-server.js';
import { migrateToLatest } from './migrate.js';
import { requireWritable } from './require-writable.js';
import {
  explainMissingRights,
  refusedConnection,
  requireSuitable,
  type RightsFacts,
  UnsuitableDatabaseError,
} from './unsuitable-database.js';

/** Location of the database: DATABASE_URL, or the embedded server that was started for us. */
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
 * Runs the database work of a start, and repeats it while the database does not answer. It may stop
 * answering half way: a busy machine makes one connection at once, and the next one too late.
 *
 * @throws UnsuitableDatabaseError at once when waiting does not help; other errors that the
 * database has answered; Error that names DATABASE_URL when there is no answer in time
 */
async function retryUntilAvailable(
  work: () => Promise<void>,
  { logger, timeoutMs }: { logger: Logger; timeoutMs: number },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      const refusal = refusedConnection(error);
      if (refusal !== undefined) throw new UnsuitableDatabaseError(refusal, { cause: error });
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      const reason = error.message;
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

/**
 * Checks the database, and migrates its tables to this version. May be repeated after a failure.
 */
async function prepare(database: Database): Promise<void> {
  await requireWritable(database);
  await requireSuitable(database);
  await explainMissingRights(
    () => migrateToLatest(database),
    async (query) => (await sql.raw<RightsFacts>(query).execute(database)).rows,
  );
}

async function provideDatabase(server: DatabaseServer, config: AppConfig): Promise<Database> {
  const logger = new Logger('Database');
  if (leavesCertificateUnverified(server.connectionString)) {
    logger.warn(
      'the connection to the database is encrypted, but its certificate is not verified; to verify it, set sslmode=verify-full in DATABASE_URL',
    );
  }
  const { database } = openDatabase(server.connectionString, (error) => {
    logger.warn(`a database connection broke: ${error.message}`);
  });
  try {
    await retryUntilAvailable(() => prepare(database), { logger, timeoutMs: config.startTimeoutMs });
  } catch (error) {
    await database.destroy();
    await server.embedded?.stop();
    throw error;
  }
  return database;
}

/**
 * Closes the pool and then the embedded server, last of all: everything else may write until then.
 */
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
  /** @param embedded the server that is starting, when DATABASE_URL is not set */
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
