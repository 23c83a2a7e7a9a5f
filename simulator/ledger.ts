import { EventEmitter } from 'node:events';
import { BoundedLog } from './bounded-log.js';
import type { Operation } from './fault-types.js';

/** Enough for an analysis after a long benchmark. Totals are counted separately and never lost. */
const KEPT_EVENTS = 50_000;

/** Prompts and request bodies are kilobytes each: those of older events are dropped. */
const KEPT_DETAILS = 5_000;

/** One request to the simulator. It is recorded on arrival, and completed when it is answered. */
export interface RequestRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The status of the answer; null: none (yet, or for good: see `fault`). */
  status: number | null;
  /** Kinds of the faults that were applied, joined with `+`. */
  fault: string | null;
}

export interface SubmitRecord extends RequestRecord {
  readonly audioUrl: string | null;
  /** The `submission` in the query of the webhook URL. */
  readonly submission: string | null;
  /** The transcript that this request made; null when it made none. */
  transcriptId: string | null;
  /** The request without the value of the webhook's header. */
  body: Readonly<Record<string, unknown>> | null;
}

/** A GET or DELETE of one transcript. */
export interface TranscriptRequestRecord extends RequestRecord {
  readonly transcriptId: string;
  readonly submission: string | null;
}

export interface ListRecord extends RequestRecord {
  readonly query: string;
}

export interface UploadRecord extends RequestRecord {
  bytes: number;
  sha256: string | null;
  uploadUrl: string | null;
}

export interface ModelRecord extends RequestRecord {
  readonly model: string;
  /** All text parts of the request, system instruction first. */
  prompt: string;
  readonly audio: 'inline' | 'uri' | 'none';
  /** Decoded size of all inline audio. */
  readonly audioBytes: number;
  readonly audioSha256: string | null;
  /** The type that the request gave its first recording. */
  readonly audioMimeType: string | null;
  /**
   * Length of all inline audio by its containers; null when it is not known. Formats other than WAV
   * must have been given to the simulator.
   */
  readonly audioSeconds: number | null;
  /** Files of `samples/` that lie in the inline audio, in their order. */
  readonly audioSamples: readonly string[];
  /** The one file of `samples/` that was recognized, by the audio or by the text. */
  readonly sample: string | null;
  /** Whether the request asked for redaction. */
  readonly redaction: boolean;
  /** Settings of the request; null when it did not name them. */
  readonly temperature: number | null;
  readonly thinkingLevel: string | null;
  readonly thinkingBudget: number | null;
  readonly maxOutputTokens: number | null;
  readonly store: boolean | null;
  /** The Host header, in lower case. */
  readonly host: string;
  /** Path of the URL, without its query. */
  readonly path: string;
  finishReason: string | null;
}
export type CorrectionRecord = ModelRecord;
export type SummaryRecord = ModelRecord;

/** A POST /audio/transcriptions. */
export interface TranscriptionRecord extends RequestRecord {
  readonly model: string;
  readonly dialect: 'openai' | 'azure';
  readonly apiVersion: string | null;
  readonly language: string | null;
  readonly prompt: string | null;
  readonly responseFormat: string | null;
  readonly fileName: string | null;
  readonly audioBytes: number;
  readonly audioSha256: string | null;
}

export interface WebhookAttemptRecord {
  readonly time: number;
  /** Null on the notice about redacted audio, whose body names none. */
  readonly transcriptId: string | null;
  readonly submission: string | null;
  readonly kind: 'transcript' | 'redactedAudio';
  /** 1 for the first try. */
  readonly attempt: number;
  /** The receiver's answer; null: none, see `error`. */
  readonly status: number | null;
  /** Code of the failure, such as `ECONNREFUSED` or `TIMEOUT`. */
  readonly error: string | null;
  readonly durationMs: number;
  readonly fault: string | null;
}

export interface TranscriptEntry {
  readonly id: string;
  readonly submission: string | null;
  readonly audioUrl: string;
  readonly createdAt: number;
  endedAt: number | null;
  status: string;
  /** The real provider bills every created job, unless it ends in `error`. */
  billed: boolean;
  gets: number;
  deletes: number;
  webhookAttempts: number;
  /** Callbacks that a fault dropped. */
  webhooksDropped: number;
}

/** Requests since the start or the last reset, answered or not. */
export type OperationCounts = Record<Operation, number>;

const noCounts = (): OperationCounts => ({
  submit: 0,
  get: 0,
  list: 0,
  delete: 0,
  upload: 0,
  transcribe: 0,
  correct: 0,
  listen: 0,
  summarize: 0,
  webhook: 0,
});

const dropPrompt = (record: ModelRecord): void => {
  record.prompt = '';
};
const promptsOfTheLatest = { limit: KEPT_DETAILS, drop: dropPrompt };

/** Records all events, so that tests can prove that something was done, and only once. */
export class Ledger {
  readonly counts = noCounts();
  /** One entry per transcript ever made, by its id. */
  readonly transcripts = new Map<string, TranscriptEntry>();

  private readonly submitLog = new BoundedLog<SubmitRecord>(KEPT_EVENTS, {
    limit: KEPT_DETAILS,
    drop: (record) => {
      record.body = null;
    },
  });
  private readonly getLog = new BoundedLog<TranscriptRequestRecord>(KEPT_EVENTS);
  private readonly deleteLog = new BoundedLog<TranscriptRequestRecord>(KEPT_EVENTS);
  private readonly listLog = new BoundedLog<ListRecord>(KEPT_EVENTS);
  private readonly uploadLog = new BoundedLog<UploadRecord>(KEPT_EVENTS);
  private readonly webhookLog = new BoundedLog<WebhookAttemptRecord>(KEPT_EVENTS);
  private readonly correctionLog = new BoundedLog<CorrectionRecord>(KEPT_EVENTS, promptsOfTheLatest);
  private readonly transcriptionLog = new BoundedLog<TranscriptionRecord>(KEPT_EVENTS);
  private readonly listenLog = new BoundedLog<ModelRecord>(KEPT_EVENTS, promptsOfTheLatest);
  private readonly summaryLog = new BoundedLog<SummaryRecord>(KEPT_EVENTS, promptsOfTheLatest);
  private readonly changes = new EventEmitter();

  constructor() {
    this.changes.setMaxListeners(0);
  }

  /** Every POST /v2/transcript, including refused ones, which have no `transcriptId`. */
  get submits(): readonly SubmitRecord[] {
    return this.submitLog.entries;
  }
  get gets(): readonly TranscriptRequestRecord[] {
    return this.getLog.entries;
  }
  get deletes(): readonly TranscriptRequestRecord[] {
    return this.deleteLog.entries;
  }
  get lists(): readonly ListRecord[] {
    return this.listLog.entries;
  }
  get uploads(): readonly UploadRecord[] {
    return this.uploadLog.entries;
  }
  get corrections(): readonly CorrectionRecord[] {
    return this.correctionLog.entries;
  }
  get transcriptions(): readonly TranscriptionRecord[] {
    return this.transcriptionLog.entries;
  }
  /** Requests to the model to transcribe from the recording alone. */
  get listenings(): readonly ModelRecord[] {
    return this.listenLog.entries;
  }
  get summaries(): readonly SummaryRecord[] {
    return this.summaryLog.entries;
  }
  /** Every try of every callback. */
  get webhookAttempts(): readonly WebhookAttemptRecord[] {
    return this.webhookLog.entries;
  }

  /** Number of transcripts that the real provider would bill. */
  get billed(): number {
    let billed = 0;
    for (const entry of this.transcripts.values()) {
      billed += entry.billed ? 1 : 0;
    }
    return billed;
  }

  submit(record: SubmitRecord): SubmitRecord {
    return this.write('submit', this.submitLog, record);
  }
  get(record: TranscriptRequestRecord): TranscriptRequestRecord {
    const entry = this.transcripts.get(record.transcriptId);
    if (entry !== undefined) {
      entry.gets += 1;
    }
    return this.write('get', this.getLog, record);
  }
  delete(record: TranscriptRequestRecord): TranscriptRequestRecord {
    const entry = this.transcripts.get(record.transcriptId);
    if (entry !== undefined) {
      entry.deletes += 1;
    }
    return this.write('delete', this.deleteLog, record);
  }
  list(record: ListRecord): ListRecord {
    return this.write('list', this.listLog, record);
  }
  upload(record: UploadRecord): UploadRecord {
    return this.write('upload', this.uploadLog, record);
  }
  correct(record: CorrectionRecord): CorrectionRecord {
    return this.write('correct', this.correctionLog, record);
  }
  transcribe(record: TranscriptionRecord): TranscriptionRecord {
    return this.write('transcribe', this.transcriptionLog, record);
  }
  listen(record: ModelRecord): ModelRecord {
    return this.write('listen', this.listenLog, record);
  }
  summarize(record: SummaryRecord): SummaryRecord {
    return this.write('summarize', this.summaryLog, record);
  }
  /** @param transcriptId the transcript of the callback, also when the body does not name it */
  webhookAttempt(transcriptId: string, record: WebhookAttemptRecord): void {
    const entry = this.transcripts.get(transcriptId);
    if (entry !== undefined) {
      entry.webhookAttempts += 1;
    }
    this.write('webhook', this.webhookLog, record);
  }

  transcript(entry: TranscriptEntry): void {
    this.transcripts.set(entry.id, entry);
    this.changed();
  }

  /** Notifies the listeners; to be called after a record was completed. */
  changed(): void {
    this.changes.emit('change');
  }

  /** @returns how to stop listening */
  onChange(listener: () => void): () => void {
    this.changes.on('change', listener);
    return () => {
      this.changes.off('change', listener);
    };
  }

  reset(): void {
    Object.assign(this.counts, noCounts());
    this.transcripts.clear();
    for (const log of [this.submitLog, this.getLog, this.deleteLog, this.listLog]) {
      log.clear();
    }
    for (const log of [this.transcriptionLog, this.listenLog]) {
      log.clear();
    }
    for (const log of [this.uploadLog, this.webhookLog, this.correctionLog, this.summaryLog]) {
      log.clear();
    }
    this.changed();
  }

  private write<T>(operation: Operation, log: BoundedLog<T>, record: T): T {
    this.counts[operation] += 1;
    log.push(record);
    this.changed();
    return record;
  }
}
