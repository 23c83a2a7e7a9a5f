import type { Effect, EffectKind, Fault, FaultMatch, Operation } from './fault-types.js';

/** A fault that is invalid, or whose effect is impossible for its operation. */
export class InvalidFaultError extends Error {
  override readonly name = 'InvalidFaultError';
  readonly code = 'SIMULATOR_INVALID_FAULT';
}

const REPLY: readonly EffectKind[] = ['status', 'hang', 'cut', 'lostReply', 'body', 'delay'];
const MODEL: readonly EffectKind[] = [...REPLY, 'text', 'empty', 'blocked', 'finish'];

/**
 * The possible effects of each operation. Any other effect would silently never apply, and its test
 * would pass for the wrong reason.
 */
const EFFECTS_OF: Record<Operation, readonly EffectKind[]> = {
  submit: [...REPLY, 'outcome'],
  get: REPLY,
  list: REPLY,
  delete: REPLY,
  upload: REPLY,
  transcribe: [...REPLY, 'text'],
  correct: MODEL,
  listen: MODEL,
  summarize: MODEL,
  webhook: ['drop', 'duplicate', 'early', 'wrongSecret', 'redactedAudioReady', 'delay'],
};

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const amount: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const count: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 1;
const object: Check = (value) => typeof value === 'object' && value !== null;
const flag: Check = (value) => typeof value === 'boolean';
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const statusCode: Check = (value) => count(value) && Number(value) >= 200 && Number(value) <= 599;
const outcomeStatus: Check = (value) => ['completed', 'error', 'processing'].includes(String(value));
const body: Check = (value) => text(value) || object(value);
const nullableText: Check = (value) => value === null || text(value);

const FIELDS_OF: Record<EffectKind, Record<string, Check>> = {
  status: {
    status: statusCode,
    body: optional(body),
    headers: optional(object),
    workDone: optional(flag),
    workDoneAfterMs: optional(amount),
  },
  hang: {},
  cut: {},
  lostReply: {},
  body: { body: text, workDone: optional(flag) },
  delay: { ms: amount },
  outcome: {
    status: optional(outcomeStatus),
    error: optional(text),
    text: optional(nullableText),
    durationSeconds: optional(amount),
    timedWords: optional(amount),
    language: optional(text),
    languageConfidence: optional(amount),
    latencyMs: optional(amount),
  },
  drop: {},
  duplicate: { copies: count },
  early: {},
  wrongSecret: {},
  redactedAudioReady: {},
  text: { text },
  empty: {},
  blocked: { reason: text },
  finish: { finishReason: text },
};

const MATCH_FIELDS: Record<keyof FaultMatch, Check> = {
  submission: optional(text),
  audioUrlContains: optional(text),
  transcriptId: optional(text),
  model: optional(text),
  promptContains: optional(text),
};

const FAULT_FIELDS: Record<keyof Fault, Check> = {
  operation: (value) => Object.hasOwn(EFFECTS_OF, String(value)),
  effect: object,
  match: optional(object),
  times: optional(count),
  probability: optional((value) => amount(value) && Number(value) <= 1),
};

function problemsOf(where: string, value: object, fields: Record<string, Check>): string[] {
  const given = new Map<string, unknown>(Object.entries(value));
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(fields, name));
  const wrong = Object.keys(fields).filter((name) => fields[name]?.(given.get(name)) === false);
  return [
    ...unknown.map((name) => `${where}${name} is not known`),
    ...wrong.map((name) => `${where}${name} is missing or not valid`),
  ];
}

function effectProblems(operation: Operation, effect: Effect): string[] {
  const { kind, ...fields } = effect;
  if (!Object.hasOwn(FIELDS_OF, kind)) {
    return [`effect.kind is not one of ${Object.keys(FIELDS_OF).join(', ')}`];
  }
  if (!EFFECTS_OF[operation].includes(kind)) {
    return [`effect ${kind} cannot strike ${operation}; possible are ${EFFECTS_OF[operation].join(', ')}`];
  }
  return problemsOf('effect.', fields, FIELDS_OF[kind]);
}

/** Refuses a fault that could never apply as its author meant it. It may come from JSON. */
export function checkFault(fault: unknown): asserts fault is Fault {
  if (typeof fault !== 'object' || fault === null) {
    throw new InvalidFaultError('A fault is an object with `operation` and `effect`.');
  }
  const problems = problemsOf('', fault, FAULT_FIELDS);
  if (problems.length === 0) {
    const shaped = fault as Fault;
    problems.push(...effectProblems(shaped.operation, shaped.effect));
    problems.push(...problemsOf('match.', shaped.match ?? {}, MATCH_FIELDS));
  }
  if (problems.length > 0) {
    throw new InvalidFaultError(`This fault cannot be: ${problems.join('; ')}.`);
  }
}
