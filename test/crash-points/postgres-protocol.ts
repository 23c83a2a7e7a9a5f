import { sqlCommand } from './queue-commands.js';
import type { Message } from './crash-gate.js';
import type { AnswerUnit, Protocol, RequestUnit } from './wire-proxy.js';

/**
 * A frame is a letter, then a length that includes itself:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const LETTER_BYTES = 1;
const LENGTH_BYTES = 4;
const PROTOCOL_3 = 3;

const MAX_STATEMENT_LENGTH = 80;
const HEARTBEAT_ID = /^repeat:heartbeat:/;

const READS = /^(begin|select)\b/i;
const READING_COMMANDS = /^(get|is)_/;
/** Parameters that appear in labels instead of a number, to make labels readable. */
const STATUS =
  /^(queued|transcribing|correcting|completed|failed|created|submitted|abandoned|open|finished|finalized|pending)$/;

const CLAIMS = new Set(['move_to_active']);
/** Commands of workers that run without a job, or for jobs that do not belong to a chunk. */
const CHATTER = new Set([
  'add_job_scheduler',
  'extend_lock',
  'extend_locks',
  'get_job_scheduler',
  'get_queue_meta',
  'get_queue_meta_field',
  'get_queue_meta_fields',
  'has_waiting_job',
  'is_job_scheduler',
  'move_stalled_jobs_to_wait',
  'next_delay',
  'next_signal',
  'set_queue_meta',
  'update_job_scheduler',
]);
/** Statements of connections in general, and of the reconciler's lock. */
const CHATTER_TEXT =
  /^(listen|unlisten|set |show |select set_config|select 1$|select pg_try_advisory_lock|select pg_advisory_unlock)/i;
/**
 * Queries of the timers that remove what is old, and fill in missing words: they are periodic, and
 * there is nothing to do for them on these paths.
 */
const TIMER_QUERIES = [
  /^\s*update conversation_words as w set words/i,
  /^select\b.*from "(conversation|provider)_deletions"/is,
  /^select\b.*"audio_expired_at" is not null/is,
  /^update "conversation_deletions" set "status"/i,
  /^\s*with oldest as\b.*\bdelete from changes\b/is,
];

interface Frame {
  letter: string;
  /** Includes letter and length. */
  bytes: Buffer;
}

interface Statement {
  text: string;
  parameters: string[];
}

/**
 * Parses PostgreSQL's frontend/backend protocol, version 3, without TLS. Everything that the
 * service sends up to a Sync (Parse, Bind, Describe, Execute) is one message, like a simple Query;
 * its answer is complete when the server is ready for the next.
 */
export class PostgresProtocol implements Protocol {
  private requests: Buffer = Buffer.alloc(0);
  private answers: Buffer = Buffer.alloc(0);
  private isStarted = false;
  private group: Frame[] = [];
  private answer: Buffer[] = [];
  private unanswered = 0;
  private previous = 'nothing';
  /** The connection's prepared statements, by name. */
  private readonly prepared = new Map<string, string>();

  cutRequests(data: Buffer): RequestUnit[] {
    this.requests = Buffer.concat([this.requests, data]);
    const units: RequestUnit[] = [];
    if (!this.isStarted) {
      const startup = this.takeStartup();
      if (startup === undefined) return units;
      units.push({ bytes: startup });
    }
    for (;;) {
      const frame = frameAt(this.requests);
      if (frame === undefined) return units;
      this.requests = this.requests.subarray(frame.bytes.length);
      const unit = this.addToGroup(frame);
      if (unit !== undefined) units.push(unit);
    }
  }

  cutAnswers(data: Buffer): AnswerUnit[] {
    this.answers = Buffer.concat([this.answers, data]);
    const units: AnswerUnit[] = [];
    for (;;) {
      const frame = frameAt(this.answers);
      if (frame === undefined) return units;
      this.answers = this.answers.subarray(frame.bytes.length);
      if (this.unanswered === 0) {
        units.push({ bytes: frame.bytes, isAnswer: false });
        continue;
      }
      this.answer.push(frame.bytes);
      if (frame.letter !== 'Z') continue;
      units.push({ bytes: Buffer.concat(this.answer), isAnswer: true });
      this.answer = [];
      this.unanswered -= 1;
    }
  }

  /** Takes the first message of a connection, which has no letter. */
  private takeStartup(): Buffer | undefined {
    if (this.requests.length < 2 * LENGTH_BYTES) return undefined;
    const length = this.requests.readInt32BE(0);
    if (this.requests.length < length) return undefined;
    const version = this.requests.readInt16BE(LENGTH_BYTES);
    if (version !== PROTOCOL_3) throw new Error(`the proxy does not support version ${version}, or TLS`);
    const startup = this.requests.subarray(0, length);
    this.requests = this.requests.subarray(length);
    this.isStarted = true;
    return startup;
  }

  private addToGroup(frame: Frame): RequestUnit | undefined {
    switch (frame.letter) {
      case 'P':
      case 'B':
      case 'D':
      case 'E':
      case 'C':
        this.group.push(frame);
        return undefined;
      case 'Q':
      case 'S': {
        const frames = [...this.group, frame];
        this.group = [];
        this.unanswered += 1;
        return { bytes: Buffer.concat(frames.map(({ bytes }) => bytes)), message: this.describe(frames) };
      }
      default:
        return { bytes: frame.bytes };
    }
  }

  /**
   * Returns the statement of a message. A prepared statement is sent once; later messages contain
   * only its name and the parameters.
   */
  private statementOf(frames: Frame[]): Statement {
    const statement: Statement = { text: '', parameters: [] };
    for (const { letter, bytes } of frames) {
      const body = bytes.subarray(LETTER_BYTES + LENGTH_BYTES);
      const first = stringAt(body, 0);
      if (letter === 'Q') statement.text = first.text;
      if (letter === 'P') this.prepared.set(first.text, stringAt(body, first.end).text);
      if (letter === 'B') {
        statement.text = this.prepared.get(stringAt(body, first.end).text) ?? '';
        statement.parameters = parametersOf(body);
      }
    }
    return statement;
  }

  private describe(frames: Frame[]): Message {
    const statement = this.statementOf(frames);
    const command = sqlCommand(statement.text);
    if (command !== undefined) return describeCommand(command, statement.parameters);
    const short = shortened(statement);
    const isRead = READS.test(short) && !short.includes('lock(');
    const ends = /^(commit|rollback)/i.test(short);
    const label = `postgres: ${ends ? `${short} after ${this.previous}` : short}`;
    if (short === '' || CHATTER_TEXT.test(short) || TIMER_QUERIES.some((query) => query.test(statement.text)))
      return { label, weight: 'chatter', isRead };
    this.previous = short;
    return { label, weight: 'step', isRead };
  }
}

function describeCommand(command: string, [queue = '', id = '']: string[]): Message {
  const message = { label: `postgres: ${command} ${queue}`, isRead: READING_COMMANDS.test(command) };
  if (CHATTER.has(command)) return { ...message, weight: 'chatter' };
  if (CLAIMS.has(command)) return { ...message, weight: 'claim' };
  // The end of one job may return the next: that of a heartbeat counts when it returns a job of the
  // chunk.
  return { ...message, weight: HEARTBEAT_ID.test(id) ? 'claim' : 'step' };
}

function frameAt(buffer: Buffer): Frame | undefined {
  if (buffer.length < LETTER_BYTES + LENGTH_BYTES) return undefined;
  const length = LETTER_BYTES + buffer.readInt32BE(LETTER_BYTES);
  if (buffer.length < length) return undefined;
  return { letter: buffer.toString('latin1', 0, LETTER_BYTES), bytes: buffer.subarray(0, length) };
}

/** Parses a Bind: portal, statement, formats, then parameters with length, -1 for null. */
function parametersOf(body: Buffer): string[] {
  let at = stringAt(body, stringAt(body, 0).end).end;
  at += 2 + 2 * body.readInt16BE(at);
  const parameters: string[] = [];
  const count = body.readInt16BE(at);
  at += 2;
  for (let index = 0; index < count; index += 1) {
    const length = body.readInt32BE(at);
    at += LENGTH_BYTES;
    parameters.push(length < 0 ? '' : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return parameters;
}

function stringAt(buffer: Buffer, start: number): { text: string; end: number } {
  const zero = buffer.indexOf(0, start);
  return { text: buffer.toString('utf8', start, zero), end: zero + 1 };
}

function shortened({ text, parameters }: Statement): string {
  const readable = text.replace(/\$(\d+)/g, (placeholder, number: string) => {
    const value = parameters[Number(number) - 1] ?? '';
    return STATUS.test(value) ? value : placeholder;
  });
  const [start = ''] = readable.replaceAll('"', '').replace(/\s+/g, ' ').trim().split(' (');
  return start.slice(0, MAX_STATEMENT_LENGTH).trim();
}
