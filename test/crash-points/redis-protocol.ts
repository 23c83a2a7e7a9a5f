import { luaCommand, sha1 } from './queue-commands.js';
import type { Message } from './crash-gate.js';
import type { AnswerUnit, Protocol, RequestUnit } from './wire-proxy.js';

const LINE_END = '\r\n';

const CLAIMS = new Set(['moveToActive']);
/** Scripts that workers run without a job. */
const CHATTER = new Set(['extendLock', 'extendLocks', 'moveStalledJobsToWait']);
/** Commands of connections in general, and a worker's wait for jobs. */
const CHATTER_COMMANDS = new Set([
  'AUTH',
  'BZPOPMIN',
  'CLIENT',
  'HELLO',
  'INFO',
  'PING',
  'QUIT',
  'SCRIPT',
  'SELECT',
]);
const READS = new Set(['EXISTS', 'GET', 'HGETALL', 'HMGET', 'MULTI', 'SCARD', 'SMEMBERS', 'ZSCORE']);
const READING_SCRIPTS = /^(get|is)[A-Z]/;
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/**
 * Names of the scripts of one Redis: BullMQ's own names, or the first command of any other script.
 */
export class ScriptNames {
  private readonly learned = new Map<string, string>();

  learn(body: string): string {
    const sha = sha1(body);
    this.learned.set(sha, `script of ${/redis\.call\('(\w+)'/.exec(body)?.[1] ?? sha}`);
    return this.nameOf(sha);
  }

  nameOf(sha: string): string {
    return luaCommand(sha) ?? this.learned.get(sha) ?? `script ${sha}`;
  }
}

/**
 * Parses Redis's protocol, versions 2 and 3, as clients use it: arrays of strings
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/). Every command is a message,
 * including those of a pipeline and between MULTI and EXEC.
 */
export class RedisProtocol implements Protocol {
  private requests: Buffer = Buffer.alloc(0);
  private answers: Buffer = Buffer.alloc(0);

  constructor(private readonly scripts: ScriptNames) {}

  cutRequests(data: Buffer): RequestUnit[] {
    this.requests = Buffer.concat([this.requests, data]);
    const units: RequestUnit[] = [];
    for (;;) {
      const end = endOfValue(this.requests, 0);
      if (end === undefined) return units;
      const bytes = this.requests.subarray(0, end);
      this.requests = this.requests.subarray(end);
      units.push({ bytes, message: this.describe(stringsOf(bytes)) });
    }
  }

  cutAnswers(data: Buffer): AnswerUnit[] {
    this.answers = Buffer.concat([this.answers, data]);
    const units: AnswerUnit[] = [];
    for (;;) {
      const end = endOfValue(this.answers, 0);
      if (end === undefined) return units;
      const bytes = this.answers.subarray(0, end);
      this.answers = this.answers.subarray(end);
      units.push({ bytes, isAnswer: bytes.toString('latin1', 0, 1) !== '>' });
    }
  }

  private describe([command = '', first = '', , key = '']: string[]): Message {
    const verb = command.toUpperCase();
    if (CHATTER_COMMANDS.has(verb)) return { label: `redis: ${verb}`, weight: 'chatter', isRead: true };
    if (verb !== 'EVAL' && verb !== 'EVALSHA') {
      const label = `redis: ${verb} ${withoutIds(first)}`.trimEnd();
      return { label, weight: 'step', isRead: READS.has(verb) };
    }
    const script = verb === 'EVAL' ? this.scripts.learn(first) : this.scripts.nameOf(first);
    const label = `redis: ${script} ${withoutIds(key)}`;
    const isRead = READING_SCRIPTS.test(script);
    if (CHATTER.has(script)) return { label, weight: 'chatter', isRead };
    return { label, weight: CLAIMS.has(script) ? 'claim' : 'step', isRead };
  }
}

/** Reduces a key to its kind: BullMQ's keys to their queue, the service's own to their prefix. */
function withoutIds(key: string): string {
  const queue = /^\{ringback\}:([^:]+)/.exec(key)?.[1];
  return queue ?? key.replace(ID, '*');
}

function stringsOf(command: Buffer): string[] {
  const strings: string[] = [];
  let at = lineEnd(command, 0) ?? command.length;
  while (at < command.length) {
    const start = lineEnd(command, at) ?? command.length;
    const length = Number(command.toString('latin1', at + 1, start - LINE_END.length));
    strings.push(command.toString('utf8', start, start + length));
    at = start + length + LINE_END.length;
  }
  return strings;
}

/** @returns the end of the value that begins at `at`; undefined while it is incomplete */
function endOfValue(buffer: Buffer, at: number): number | undefined {
  const line = lineEnd(buffer, at);
  if (line === undefined) return undefined;
  const type = buffer.toString('latin1', at, at + 1);
  const count = Number(buffer.toString('latin1', at + 1, line - LINE_END.length));
  switch (type) {
    case '$':
    case '!':
    case '=': {
      const end = count < 0 ? line : line + count + LINE_END.length;
      return end <= buffer.length ? end : undefined;
    }
    case '*':
    case '~':
    case '>':
      return endOfValues(buffer, line, count);
    case '%':
      return endOfValues(buffer, line, 2 * count);
    default:
      return line;
  }
}

function endOfValues(buffer: Buffer, start: number, count: number): number | undefined {
  let at: number | undefined = start;
  for (let index = 0; index < count && at !== undefined; index += 1) at = endOfValue(buffer, at);
  return at;
}

function lineEnd(buffer: Buffer, at: number): number | undefined {
  const end = buffer.indexOf(LINE_END, at, 'latin1');
  return end < 0 ? undefined : end + LINE_END.length;
}
