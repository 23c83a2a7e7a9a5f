import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { EventOutbox } from '../events/event-outbox.js';
import type { ConversationStatus } from '../database/schema.js';
import { DEFAULT_LANGUAGE } from '../config/languages.js';
import { conversationData } from './event-data.js';

/** Fields by which a caller recognizes a conversation. */
export interface ConversationNames {
  title?: string | null;
  externalId?: string | null;
  metadata?: Record<string, string>;
}

/** Thrown when another conversation of the project has the external id. */
export class ExternalIdTakenError extends Error {
  override readonly name = 'ExternalIdTakenError';
  readonly code = 'external_id_taken';

  constructor(options?: ErrorOptions) {
    super('another conversation of the same project has this externalId', options);
  }
}

export interface ConversationSettings extends ConversationNames {
  projectId?: string | null;
  language?: string | null;
  transcriptPrompt?: string | null;
  redactPii?: boolean;
  anonymize?: boolean;
  speakerLabels?: boolean;
}

/** A conversation with its effective settings and the counts of its chunks. */
export interface ConversationView {
  id: string;
  projectId: string | null;
  title: string | null;
  externalId: string | null;
  metadata: Record<string, string>;
  language: string;
  transcriptPrompt: string | null;
  redactPii: boolean;
  anonymize: boolean;
  speakerLabels: boolean;
  status: ConversationStatus;
  transcript: string | null;
  summary: string | null;
  summaryError: string | null;
  summaryOutdated: boolean;
  createdAt: Date;
  finishedAt: Date | null;
  finalizedAt: Date | null;
  total: number;
  completed: number;
  failed: number;
}

/** Columns of a conversation (`c`) and its project (`p`), without the texts. */
export const CONVERSATION_COLUMNS = [
  'c.id',
  'c.project_id as projectId',
  'c.title',
  'c.external_id as externalId',
  'c.metadata',
  sql<string>`coalesce(c.language, p.language, ${DEFAULT_LANGUAGE})`.as('language'),
  'c.redact_pii as redactPii',
  'c.anonymize',
  'c.speaker_labels as speakerLabels',
  'c.status',
  'c.summary_error as summaryError',
  sql<boolean>`(c.summary is not null and c.summary_outdated)`.as('summaryOutdated'),
  'c.created_at as createdAt',
  'c.finished_at as finishedAt',
  'c.finalized_at as finalizedAt',
] as const;

@Injectable()
export class ConversationsRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: EventOutbox,
  ) {}

  /**
   * @returns the new id, or undefined when the project does not exist
   * @throws ExternalIdTakenError
   */
  async create(settings: ConversationSettings): Promise<string | undefined> {
    const { projectId } = settings;
    if (typeof projectId === 'string' && !(await this.projectExists(projectId))) return undefined;
    const id = uuidv7();
    const created = this.database.insertInto('conversations').values({
      id,
      project_id: projectId,
      language: settings.language,
      transcript_prompt: settings.transcriptPrompt,
      redact_pii: settings.redactPii ?? false,
      anonymize: settings.anonymize ?? false,
      speaker_labels: settings.speakerLabels ?? false,
      ...namesAsColumns(settings),
    });
    await requireFreeExternalId(async () => {
      if (typeof projectId !== 'string') await created.execute();
      else {
        await this.outbox.change(
          this.database,
          'conversation.started',
          created.returning(['project_id', 'id as conversation_id', conversationData()]),
        );
      }
    });
    return id;
  }

  /**
   * Changes the given fields.
   *
   * @returns false when the conversation does not exist
   * @throws ExternalIdTakenError
   */
  async rename(id: string, names: ConversationNames): Promise<boolean> {
    const columns = namesAsColumns(names);
    if (Object.values(columns).every((value) => value === undefined)) {
      return (await this.status(id)) !== undefined;
    }
    const renaming = this.database.updateTable('conversations').set(columns).where('id', '=', id);
    const { numUpdatedRows } = await requireFreeExternalId(() => renaming.executeTakeFirst());
    return numUpdatedRows > 0n;
  }

  async view(id: string): Promise<ConversationView | undefined> {
    const row = await this.database
      .selectFrom('conversations as c')
      .leftJoin('projects as p', 'p.id', 'c.project_id')
      .select([
        ...CONVERSATION_COLUMNS,
        sql<string | null>`coalesce(c.transcript_prompt, p.transcript_prompt)`.as('transcriptPrompt'),
        'c.transcript',
        'c.summary',
      ])
      .where('c.id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const counts = await this.database
      .selectFrom('chunks')
      .select(({ fn }) => [
        fn.countAll<number>().as('total'),
        fn.countAll<number>().filterWhere('status', '=', 'completed').as('completed'),
        fn.countAll<number>().filterWhere('status', '=', 'failed').as('failed'),
      ])
      .where('conversation_id', '=', id)
      .executeTakeFirstOrThrow();
    return { ...row, ...counts };
  }

  async status(id: string): Promise<ConversationStatus | undefined> {
    const row = await this.database
      .selectFrom('conversations')
      .select('status')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.status;
  }

  /** open -> finished; a conversation that is finished already stays as it is. */
  async finish(id: string): Promise<void> {
    await this.database
      .updateTable('conversations')
      .set({ status: 'finished', finished_at: sql<Date>`now()`, merge_needed: true })
      .where('id', '=', id)
      .where('status', '=', 'open')
      .execute();
  }

  private async projectExists(id: string): Promise<boolean> {
    const row = await this.database
      .selectFrom('projects')
      .select('id')
      .where('id', '=', id)
      .executeTakeFirst();
    return row !== undefined;
  }
}

function namesAsColumns({ title, externalId, metadata }: ConversationNames) {
  return {
    title,
    external_id: externalId,
    metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
  };
}

/** The index that keeps external ids unique. */
const EXTERNAL_ID_INDEX = 'conversations_external_id';

/** @throws ExternalIdTakenError when the change gives a conversation the external id of another */
async function requireFreeExternalId<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const isTaken = error instanceof pg.DatabaseError && error.constraint === EXTERNAL_ID_INDEX;
    throw isTaken ? new ExternalIdTakenError({ cause: error }) : error;
  }
}
