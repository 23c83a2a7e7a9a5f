import { Injectable } from '@nestjs/common';
import { DEFAULT_LANGUAGE } from '../config/languages.js';
import { Database } from '../database/database.js';
import { runStatement } from '../database/run-statement.js';
import { shareRead } from '../database/share-statement.js';
import type { ChunkStatus, SubmissionStatus } from '../chunks/states.js';
import type { WindowRef } from '../chunks/statements/settle-windows.js';
import { RECORDING_SIZE, type RecordingSize } from '../chunks/windows/window-length.js';
import { WindowsRepository, type CorrectionWindow } from '../chunks/windows/windows.repository.js';
import type { JobData } from '../queues/job-catalogue.js';

/** Data of a chunk for its correction. */
export interface CorrectionTask {
  chunkId: string;
  submissionId: string;
  conversationId: string;
  status: ChunkStatus;
  /** The first-stage text; null when it must not be stored. */
  transcript: string | null;
  /** Duration of the recording in seconds, from the first stage's answer. */
  audioDuration: unknown;
  transcriptId: string | null;
  /** Tokens of all answers so far, including unusable ones. */
  outputTokens: number;
  /** `failed`: there is no first-stage text, and the chunk is to be rescued. */
  submissionStatus: SubmissionStatus;
  /** Reason of a failed first stage. */
  firstStageError: string | null;
  firstStageErrorCode: string | null;
  audio_key: string | null;
  audio_url: string | null;
  audio_mime_type: string | null;
  recording: RecordingSize;
  /** Whether the facts about the recording are stored. */
  hasFacts: boolean;
  language: string;
  transcriptPrompt: string | null;
  redactPii: boolean;
  anonymize: boolean;
}

/** A part of the recording that is to be corrected. */
export interface TaskWindow extends WindowRef {
  /** Milliseconds; null: the whole recording. */
  startMs: number | null;
  endMs: number | null;
  /** Indexes of words in the recognizer's list; null: all words. */
  firstWord: number | null;
  lastWord: number | null;
  /** Tokens of all answers so far. */
  outputTokens: number;
  /** First-stage texts of the windows before and after it; null where they are not stored. */
  before: string | null;
  after: string | null;
  /** Whether it is still to be corrected in this round. */
  isOwed: boolean;
}

/** Data of a window for its correction; `transcript` is its own first-stage text. */
export interface WindowTask extends CorrectionTask {
  window: TaskWindow;
}

/** Whether the chunk is to be rescued: its submission has failed. */
export function isRescue({ submissionStatus }: CorrectionTask): boolean {
  return submissionStatus === 'failed';
}

const READ_TASKS = `select c.id as "chunkId", s.id as "submissionId", c.conversation_id as "conversationId", c.status,
    case when c.edited_at is null then c.transcript
      -- The text that a person edited is not the recognizer's.
      else (select r.text from chunk_revisions as r where r.chunk_id = c.id and r.origin = 'first_stage'
        order by r.revision desc limit 1) end as transcript, c.diarization #> '{data,audio_duration}' as "audioDuration", s.transcript_id as "transcriptId",
    c.output_tokens as "outputTokens", s.status as "submissionStatus", s.error as "firstStageError",
    s.error_code as "firstStageErrorCode", c.audio_key, c.audio_url, c.audio_mime_type,
    c.audio_container is not null as "hasFacts",
    ${RECORDING_SIZE} as recording,
    coalesce(v.language, p.language, '${DEFAULT_LANGUAGE}') as language,
    coalesce(v.transcript_prompt, p.transcript_prompt) as "transcriptPrompt",
    coalesce(c.redact_pii, v.redact_pii) or v.anonymize as "redactPii", v.anonymize,
    exists (select from correction_windows as w where w.chunk_id = c.id and w.submission_id = s.id) as "hasWindows"
  from chunks as c
    -- By the chunk's own id, which has an index; the submission alone would have all chunks read.
    inner join submissions as s on s.chunk_id = c.id and s.id = c.submission_id
    inner join conversations as v on v.id = c.conversation_id
    left join projects as p on p.id = v.project_id
  where s.id = any($1::uuid[])`;

@Injectable()
export class CorrectionsRepository {
  private readonly reading = shareRead(
    (ids: readonly string[]) =>
      runStatement<CorrectionTask & { hasWindows: boolean }>(this.database, READ_TASKS, [ids]),
    ({ submissionId }) => submissionId,
  );

  constructor(
    private readonly database: Database,
    private readonly windows: WindowsRepository,
  ) {}

  /** @returns undefined when another submission has become the chunk's current one */
  async task(job: JobData['correct']): Promise<WindowTask | undefined> {
    const { window: ordinal = 0, round = 1, ...ref } = job;
    const read = await this.reading(ref.submissionId);
    if (read === undefined) return undefined;
    const { hasWindows, ...task } = read;
    const windows = hasWindows ? await this.windows.ofSubmission(ref, ordinal) : [];
    if (windows.length === 0) return { ...task, window: wholeText(task, { ...ref, ordinal, round }) };
    const own = windows.find((window) => window.ordinal === ordinal);
    return {
      ...task,
      // The text of a chunk that is corrected again is the one before.
      transcript: own?.text ?? null,
      window: windowOf(windows, { ...ref, ordinal, round, windows: windows.length }),
    };
  }
}

function wholeText(task: CorrectionTask, ref: Omit<WindowRef, 'windows'>): TaskWindow {
  return {
    ...ref,
    windows: 1,
    startMs: null,
    endMs: null,
    firstWord: null,
    lastWord: null,
    before: null,
    after: null,
    outputTokens: task.outputTokens,
    isOwed: ref.ordinal === 0 && ref.round === 1,
  };
}

function windowOf(windows: readonly CorrectionWindow[], ref: WindowRef): TaskWindow {
  const textOf = (ordinal: number): string | null =>
    windows.find((window) => window.ordinal === ordinal)?.text ?? null;
  const own = windows.find(({ ordinal }) => ordinal === ref.ordinal);
  return {
    ...ref,
    startMs: own?.startMs ?? null,
    endMs: own?.endMs ?? null,
    firstWord: own?.firstWord ?? null,
    lastWord: own?.lastWord ?? null,
    before: textOf(ref.ordinal - 1),
    after: textOf(ref.ordinal + 1),
    outputTokens: own?.outputTokens ?? 0,
    isOwed: own?.status === 'pending' && own.round === ref.round,
  };
}
