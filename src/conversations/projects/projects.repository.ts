import { Injectable } from '@nestjs/common';
import { sql, type Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../../database/database.js';
import type { ProjectsTable } from '../../database/schema.js';
import type { Cursor } from '../../http/pages/cursor.js';
import { ageKey, isOlder } from '../lists/sort-keys.js';

export type Project = Selectable<ProjectsTable>;

export interface ProjectSettings {
  name: string;
  language?: string | null;
  transcriptPrompt?: string | null;
}

/** Listed by name: a prepared statement with `*` fails when a new release adds a column. */
const COLUMNS = ['id', 'name', 'language', 'transcript_prompt', 'created_at', 'updated_at'] as const;

@Injectable()
export class ProjectsRepository {
  constructor(private readonly database: Database) {}

  async create(settings: ProjectSettings): Promise<Project> {
    return this.database
      .insertInto('projects')
      .values({
        id: uuidv7(),
        name: settings.name,
        language: settings.language,
        transcript_prompt: settings.transcriptPrompt,
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
  }

  async find(id: string): Promise<Project | undefined> {
    return this.database.selectFrom('projects').select(COLUMNS).where('id', '=', id).executeTakeFirst();
  }

  /** @returns the newest first, with their sort keys */
  async list({ limit, after }: { limit: number; after?: Cursor }): Promise<(Project & { key: number })[]> {
    let query = this.database.selectFrom('projects').select([...COLUMNS, ageKey('created_at').as('key')]);
    if (after !== undefined) query = query.where(isOlder({ createdAt: 'created_at', id: 'id' }, after));
    return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  }

  /** Changes settings; undefined leaves a setting as it is, null clears it. */
  async update(id: string, changes: Partial<ProjectSettings>): Promise<Project | undefined> {
    return this.database
      .updateTable('projects')
      .set({
        name: changes.name,
        language: changes.language,
        transcript_prompt: changes.transcriptPrompt,
        updated_at: sql<Date>`now()`,
      })
      .where('id', '=', id)
      .returning(COLUMNS)
      .executeTakeFirst();
  }
}
