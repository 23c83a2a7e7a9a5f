import type { Transcript, TranscriptStatus } from 'assemblyai';
import { isRecord } from '../../json/is-record.js';

/** Fields that decisions depend on. Only these are read, so only these are validated. */
interface CheckedFields {
  id: string;
  status: TranscriptStatus;
  text?: string | null;
  error?: string | null;
  audio_url?: string | null;
  webhook_url?: string | null;
  language_code?: string | null;
  /** Seconds. */
  audio_duration?: number | null;
}

/**
 * The whole transcript as answered by AssemblyAI; fields that were not validated have type unknown.
 */
export type ProviderTranscript = CheckedFields & {
  [Field in Exclude<keyof Transcript, keyof CheckedFields>]?: unknown;
};

/** A list entry: enough to find a transcript by the audio URL it was made from. */
export interface ListItem {
  id: string;
  status: TranscriptStatus;
  audioUrl: string | null;
  /** Milliseconds since the epoch, by the provider's clock; absent when it is not reported. */
  createdMs?: number;
}

export interface TranscriptPage {
  /** Newest first. */
  transcripts: ListItem[];
  /** To be passed as `beforeId` for the next, older page; absent on the last. */
  nextBeforeId?: string;
}

const STATUSES: readonly unknown[] = [
  'queued',
  'processing',
  'completed',
  'error',
] satisfies TranscriptStatus[];
const NULLABLE_STRINGS = ['text', 'error', 'audio_url', 'webhook_url', 'language_code'] as const;

/** @returns undefined when the answer is not a transcript: answers are validated, not trusted */
export function asTranscript(answer: unknown): ProviderTranscript | undefined {
  if (!isRecord(answer) || !hasIdAndStatus(answer)) return undefined;
  if (!NULLABLE_STRINGS.every((field) => isNullable(answer[field], 'string'))) return undefined;
  if (!isNullable(answer.audio_duration, 'number')) return undefined;
  return answer;
}

/**
 * Parses a page. Invalid entries are skipped, so that they do not hide the others.
 *
 * @returns undefined when the answer is not a list
 */
export function asTranscriptPage(answer: unknown): TranscriptPage | undefined {
  if (!isRecord(answer) || !Array.isArray(answer.transcripts)) return undefined;
  const transcripts = answer.transcripts.flatMap((item: unknown) =>
    isRecord(item) && hasIdAndStatus(item)
      ? [
          {
            id: item.id,
            status: item.status,
            audioUrl: typeof item.audio_url === 'string' ? item.audio_url : null,
            ...createdMs(item.created),
          },
        ]
      : [],
  );
  return { transcripts, nextBeforeId: nextBeforeId(answer.page_details, transcripts) };
}

/** @returns undefined when the answer has no http(s) URL */
export function asUploadUrl(answer: unknown): string | undefined {
  if (!isRecord(answer) || typeof answer.upload_url !== 'string') return undefined;
  return /^https?:\/\//.test(answer.upload_url) && URL.canParse(answer.upload_url)
    ? answer.upload_url
    : undefined;
}

/** AssemblyAI's times are UTC without a time zone suffix (`2024-03-11T21:29:30.694870`). */
function createdMs(created: unknown): { createdMs?: number } {
  if (typeof created !== 'string') return {};
  const ms = Date.parse(/[Z+]|-\d\d:\d\d$/.test(created) ? created : `${created}Z`);
  return Number.isNaN(ms) ? {} : { createdMs: ms };
}

/**
 * `prev_url` leads to older transcripts (the list is newest first) and names the id they precede.
 */
function nextBeforeId(pageDetails: unknown, transcripts: ListItem[]): string | undefined {
  if (!isRecord(pageDetails) || typeof pageDetails.prev_url !== 'string') return undefined;
  const { prev_url: previous } = pageDetails;
  const named = URL.canParse(previous) ? new URL(previous).searchParams.get('before_id') : null;
  return named ?? transcripts.at(-1)?.id;
}

/**
 * The format of AssemblyAI's ids (UUIDs; older ones have other letters). Other ids could address
 * another path of its API, or could not be stored.
 */
const TRANSCRIPT_ID = /^[A-Za-z0-9_-]{1,100}$/;

export function isTranscriptId(id: string): boolean {
  return TRANSCRIPT_ID.test(id);
}

function hasIdAndStatus<Answer extends Record<string, unknown>>(
  answer: Answer,
): answer is Answer & { id: string; status: TranscriptStatus } {
  return typeof answer.id === 'string' && isTranscriptId(answer.id) && STATUSES.includes(answer.status);
}

function isNullable(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || value === null || typeof value === type;
}
