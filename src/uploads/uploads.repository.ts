import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import type { StoredPart } from '../audio/parts/part-storage.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import type { ConversationStatus } from '../database/schema.js';
import type { UploadStatus } from '../database/upload-tables.js';

/** A resumable upload. */
export interface Upload {
  id: string;
  conversationId: string;
  conversationStatus: ConversationStatus;
  /** Id that its chunk has, or will have. */
  chunkId: string;
  status: UploadStatus;
  /** Bytes of the whole recording. */
  length: number;
  /** Number of bytes that are stored for good. */
  offset: number;
  position: number | null;
  idempotencyKey: string | null;
  /** `Upload-Metadata` as it was given; null once the upload has ended. */
  metadata: string | null;
  /** See `PartStorage.begin`. */
  target: string | null;
  /** Bytes that are stored as parts; the others are the tail. */
  partBytes: number;
  tailName: string | null;
  expiresAt: Date;
  /** By the database's clock. */
  isExpired: boolean;
}

export interface NewUpload {
  id: string;
  conversationId: string;
  chunkId: string;
  length: number;
  position?: number;
  idempotencyKey?: string;
  metadata: string;
}

/** The lock of an upload: every change of its bytes names the token, and is refused without it. */
export interface HeldUpload {
  id: string;
  token: string;
}

const FOREIGN_KEY_VIOLATION = '23503';

/** Resumable uploads. Ages and expiry use the database's clock, which all processes share. */
@Injectable()
export class UploadsRepository {
  constructor(
    private readonly database: Database,
    private readonly config: AppConfig,
  ) {}

  /**
   * @returns `known` when an unfinished upload of the conversation has the idempotency key,
   * `no_conversation` when the conversation does not exist
   */
  async create(upload: NewUpload): Promise<'created' | 'known' | 'no_conversation'> {
    return this.insert({ ...upload, status: 'receiving', has_bytes: true });
  }

  /** Records an upload whose chunk an earlier request has made. */
  async createCompleted(upload: NewUpload): Promise<'created' | 'known' | 'no_conversation'> {
    return this.insert({ ...upload, idempotencyKey: undefined, status: 'completed', has_bytes: false });
  }

  async find(id: string): Promise<Upload | undefined> {
    return this.select().where('u.id', '=', id).executeTakeFirst();
  }

  /** Finds the unfinished upload with an idempotency key. */
  async findByKey(conversationId: string, idempotencyKey: string): Promise<Upload | undefined> {
    return this.select()
      .where('u.conversation_id', '=', conversationId)
      .where('u.idempotency_key', '=', idempotencyKey)
      .executeTakeFirst();
  }

  /** @returns parts in their order */
  async parts(id: string): Promise<StoredPart[]> {
    return this.database
      .selectFrom('upload_parts')
      .select(['number', 'bytes', 'name'])
      .where('upload_id', '=', id)
      .orderBy('number')
      .execute();
  }

  /**
   * Takes a number for a part that will be stored.
   *
   * @returns undefined when the lock is lost, the upload has ended, or its conversation is not open
   */
  async claimPart(held: HeldUpload, target: string): Promise<number | undefined> {
    const { rows } = await sql<{ number: number }>`
      update uploads set next_part = next_part + 1, target = ${target}
      where ${isHeld(held)} returning next_part - 1 as number`.execute(this.database);
    return rows[0]?.number;
  }

  /**
   * Records a stored part, which also contains the bytes of the tail.
   *
   * @param before `partBytes` of the upload so far
   * @returns false as `claimPart` returns undefined
   */
  async addPart(held: HeldUpload, part: StoredPart, before: number): Promise<boolean> {
    const { rows } = await sql`
      with grown as (
        update uploads set part_bytes = part_bytes + ${part.bytes}, tail_name = null, tail_bytes = 0,
          expires_at = ${this.laterExpiry()}
        where ${isHeld(held)} and part_bytes = ${before} returning id
      )
      insert into upload_parts (upload_id, number, bytes, name)
      select id, ${part.number}::integer, ${part.bytes}::bigint, ${part.name}::text from grown
      returning upload_id`.execute(this.database);
    return rows.length > 0;
  }

  /** Records a stored tail in place of the previous one. Parameters and result as of `addPart`. */
  async setTail(
    held: HeldUpload,
    tail: { name: string; bytes: number },
    partBytes: number,
  ): Promise<boolean> {
    const { rows } = await sql`
      update uploads set tail_name = ${tail.name}, tail_bytes = ${tail.bytes}, expires_at = ${this.laterExpiry()}
      where ${isHeld(held)} and part_bytes = ${partBytes} returning id`.execute(this.database);
    return rows.length > 0;
  }

  /** receiving -> completed: its recording is the chunk's. It is remembered for a while. */
  async noteCompleted(id: string, chunkId: string): Promise<void> {
    await this.database
      .updateTable('uploads')
      .set({
        status: 'completed',
        chunk_id: chunkId,
        metadata: null,
        idempotency_key: null,
        expires_at: this.laterExpiry(),
      })
      .where('id', '=', id)
      .execute();
  }

  /** receiving -> discarded: it takes no more bytes, and those that it has are to be removed. */
  async noteDiscarded(id: string): Promise<void> {
    await this.database
      .updateTable('uploads')
      .set({ status: 'discarded', metadata: null, idempotency_key: null })
      .where('id', '=', id)
      .where('status', '=', 'receiving')
      .execute();
  }

  /** Called when the store has nothing more of an upload that has ended. */
  async noteBytesRemoved(id: string): Promise<void> {
    await this.database.deleteFrom('upload_parts').where('upload_id', '=', id).execute();
    await this.database
      .updateTable('uploads')
      .set({ has_bytes: false, part_bytes: 0, tail_name: null, tail_bytes: 0, target: null })
      .where('id', '=', id)
      .execute();
  }

  async delete(id: string): Promise<void> {
    await this.database.deleteFrom('uploads').where('id', '=', id).execute();
  }

  /**
   * Lists uploads that nobody is working on, and that need something: they are expired, have all
   * their bytes, belong to a conversation that takes no more chunks, or have ended and left bytes.
   *
   * @param page.settleMs how long an upload must have had all its bytes
   */
  async due(page: { afterId: string; limit: number; settleMs: number }): Promise<Upload[]> {
    const settled = sql`${this.laterExpiry()} - ${page.settleMs} * interval '1 millisecond'`;
    return this.select()
      .where('u.id', '>', page.afterId)
      .where(sql<boolean>`(u.status = 'receiving' or u.has_bytes)`)
      .where(sql<boolean>`(u.lock_until is null or u.lock_until < now())`)
      .where(
        sql<boolean>`(u.status <> 'receiving' or u.expires_at <= now() or c.status <> 'open'
          or (u.part_bytes + u.tail_bytes >= u.length and u.expires_at <= ${settled}))`,
      )
      .orderBy('u.id')
      .limit(page.limit)
      .execute();
  }

  /** Removes ended uploads that are not remembered any longer. */
  async forgetEnded(): Promise<void> {
    await this.database
      .deleteFrom('uploads')
      .where('expires_at', '<=', sql<Date>`now()`)
      .where('status', '<>', 'receiving')
      .where('has_bytes', '=', false)
      .execute();
  }

  async countUnfinished(): Promise<number> {
    const { count } = await this.database
      .selectFrom('uploads')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('status', '=', 'receiving')
      .executeTakeFirstOrThrow();
    return count;
  }

  private async insert(
    upload: NewUpload & { status: UploadStatus; has_bytes: boolean },
  ): Promise<'created' | 'known' | 'no_conversation'> {
    try {
      const row = await this.database
        .insertInto('uploads')
        .values({
          id: upload.id,
          conversation_id: upload.conversationId,
          chunk_id: upload.chunkId,
          length: upload.length,
          position: upload.position,
          idempotency_key: upload.idempotencyKey,
          metadata: upload.status === 'receiving' ? upload.metadata : null,
          status: upload.status,
          has_bytes: upload.has_bytes,
          expires_at: this.laterExpiry(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      return row === undefined ? 'known' : 'created';
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === FOREIGN_KEY_VIOLATION) return 'no_conversation';
      throw error;
    }
  }

  private select() {
    return this.database
      .selectFrom('uploads as u')
      .innerJoin('conversations as c', 'c.id', 'u.conversation_id')
      .select([
        'u.id',
        'u.conversation_id as conversationId',
        'c.status as conversationStatus',
        'u.chunk_id as chunkId',
        'u.status',
        'u.length',
        sql<number>`case u.status when 'completed' then u.length else u.part_bytes + u.tail_bytes end`.as(
          'offset',
        ),
        'u.position',
        'u.idempotency_key as idempotencyKey',
        'u.metadata',
        'u.target',
        'u.part_bytes as partBytes',
        'u.tail_name as tailName',
        'u.expires_at as expiresAt',
        sql<boolean>`u.expires_at <= now()`.as('isExpired'),
      ]);
  }

  private laterExpiry(): RawBuilder<Date> {
    return sql<Date>`(now() + ${this.config.http.uploadExpiryMs}::double precision * interval '1 millisecond')`;
  }
}

function isHeld({ id, token }: HeldUpload): RawBuilder<boolean> {
  return sql<boolean>`id = ${id} and lock_token = ${token} and status = 'receiving'
    and exists (select from conversations c where c.id = uploads.conversation_id and c.status = 'open')`;
}
