import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../../database/database.js';

/** Length of a token that nobody can guess. */
const TOKEN_BYTES = 32;
/** Days until a person has to give the key again, whatever the browser keeps. */
const SESSION_DAYS = 7;
const SECONDS_PER_DAY = 86_400;
/** Bounds the work of one login; the next one continues. */
const REMOVED_AT_ONCE = 1_000;

export const SESSION_SECONDS = SESSION_DAYS * SECONDS_PER_DAY;

export interface Session {
  /** SHA-256 of the API key that the session stands for. */
  keyDigest: Buffer;
  expiresAt: Date;
}

/**
 * Sessions of the console, which all api processes share. Only the hash of a token is stored: a
 * reader of the database cannot use a session. The token is random, so a fast hash is enough.
 */
@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  /** Starts a session, and removes expired ones. @returns the token for the cookie */
  async start(keyDigest: Buffer): Promise<{ token: string; expiresAt: Date }> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const { expires_at: expiresAt } = await this.database
      .with('removed', (db) =>
        db.deleteFrom('sessions').where('token_sha256', 'in', (expired) =>
          expired
            .selectFrom('sessions')
            .select('token_sha256')
            .where('expires_at', '<=', sql<Date>`now()`)
            .orderBy('expires_at')
            .limit(REMOVED_AT_ONCE)
            .forUpdate()
            .skipLocked(),
        ),
      )
      .insertInto('sessions')
      .values({
        token_sha256: hashOf(token),
        key_sha256: keyDigest,
        expires_at: sql<Date>`now() + make_interval(secs => ${SESSION_SECONDS})`,
      })
      .returning('expires_at')
      .executeTakeFirstOrThrow();
    return { token, expiresAt };
  }

  /** @returns undefined for a token that is unknown, or whose session has ended */
  async find(token: string): Promise<Session | undefined> {
    const row = await this.database
      .selectFrom('sessions')
      .select(['key_sha256', 'expires_at'])
      .where('token_sha256', '=', hashOf(token))
      .where('expires_at', '>', sql<Date>`now()`)
      .executeTakeFirst();
    return row === undefined ? undefined : { keyDigest: row.key_sha256, expiresAt: row.expires_at };
  }

  /** Ends a session. A token that is unknown is no error. */
  async end(token: string): Promise<void> {
    await this.database.deleteFrom('sessions').where('token_sha256', '=', hashOf(token)).execute();
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token, 'ascii').digest();
}
