import { Injectable } from '@nestjs/common';
import { type AudioColumns, type AudioSource, audioSource } from '../audio/audio-source.js';
import { DEFAULT_LANGUAGE } from '../config/languages.js';
import { Database } from '../database/database.js';
import { runStatement } from '../database/run-statement.js';
import { shareRead } from '../database/share-statement.js';
import type { SubmissionProvider } from '../database/schema.js';
import { type ChunkStatus, OPEN_SUBMISSIONS } from '../chunks/states.js';
import type { ConversationLanguage } from '../chunks/texts.js';

/** Fields of a chunk that its submit needs. */
export interface SubmitTask {
  chunkId: string;
  conversationId: string;
  attempt: number;
  status: ChunkStatus;
  audio: AudioSource;
  language: string;
  /** Whether somebody chose the language, for the conversation or its project. */
  isLanguageSet: boolean;
  /** Languages detected in the conversation's chunks so far. */
  heardLanguages: ConversationLanguage[];
  speakerLabels: boolean;
  transcriptPrompt: string | null;
  /** The chunk's open submission. */
  open: { id: string; provider: SubmissionProvider } | null;
  /** Time since the chunk was accepted or restarted, by the database's clock. */
  queuedForMs: number;
}

type TaskRow = Omit<SubmitTask, 'audio'> & AudioColumns;

const READ_TASKS = `select c.id as "chunkId", c.conversation_id as "conversationId", c.attempt, c.status,
    c.audio_key, c.audio_url, c.audio_mime_type,
    coalesce(v.language, p.language, '${DEFAULT_LANGUAGE}') as language,
    coalesce(v.language, p.language) is not null as "isLanguageSet",
    (
      select coalesce(json_agg(json_build_object('language', l.language, 'confidence', l.confidence, 'chunks', l.chunks)), '[]')
      from conversation_languages as l where l.conversation_id = v.id
    ) as "heardLanguages",
    v.speaker_labels as "speakerLabels", coalesce(v.transcript_prompt, p.transcript_prompt) as "transcriptPrompt",
    (
      select json_build_object('id', s.id, 'provider', s.provider) from submissions as s
      where s.chunk_id = c.id and s.status in ${OPEN_SUBMISSIONS}
    ) as open,
    (extract(epoch from now() - c.queued_at) * 1000)::double precision as "queuedForMs"
  from chunks as c
    inner join conversations as v on v.id = c.conversation_id
    left join projects as p on p.id = v.project_id
  where c.id = any($1::uuid[])`;

@Injectable()
export class SubmitTasksRepository {
  private readonly reading = shareRead(
    (ids: readonly string[]) => this.readAll(ids),
    ({ chunkId }) => chunkId,
  );

  constructor(private readonly database: Database) {}

  async read(chunkId: string): Promise<SubmitTask | undefined> {
    return this.reading(chunkId);
  }

  private async readAll(chunkIds: readonly string[]): Promise<SubmitTask[]> {
    const rows = await runStatement<TaskRow>(this.database, READ_TASKS, [chunkIds]);
    return rows.map(({ audio_key, audio_url, audio_mime_type, ...task }) => ({
      ...task,
      audio: audioSource({ audio_key, audio_url, audio_mime_type }),
    }));
  }
}
