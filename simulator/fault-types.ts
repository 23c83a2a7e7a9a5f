/**
 * The operations of the simulator that a fault can name. `transcribe` is OpenAI's request for a
 * transcript. `listen` is Gemini's transcription of the recording alone. `webhook` is the callback
 * that the simulator sends.
 */
export type Operation =
  | 'submit'
  | 'get'
  | 'list'
  | 'delete'
  | 'upload'
  | 'transcribe'
  | 'correct'
  | 'listen'
  | 'summarize'
  | 'webhook';

/**
 * Answers with an HTTP status instead. The work is not done, unless `workDone` (a gateway that lost
 * the answer) or `workDoneAfterMs` after the answer (a gateway that gave up before the work was
 * done).
 */
export interface StatusEffect {
  kind: 'status';
  status: number;
  /** An object is sent as JSON, a string unchanged; without it the body is empty. */
  body?: string | object;
  headers?: Record<string, string>;
  workDone?: boolean;
  workDoneAfterMs?: number;
}
/** Never answers; the work is not done. */
export interface HangEffect {
  kind: 'hang';
}
/** The connection is cut, the work is not done. */
export interface CutEffect {
  kind: 'cut';
}
/** The work is done, then the connection is cut. */
export interface LostReplyEffect {
  kind: 'lostReply';
}
/** Answers 200 with exactly this body. The work is not done, unless `workDone`. */
export interface BodyEffect {
  kind: 'body';
  body: string;
  workDone?: boolean;
}
/** Waits before anything else happens; can be combined with any other effect. */
export interface DelayEffect {
  kind: 'delay';
  ms: number;
}
/** Sets how the submitted job will end: `processing` means never. */
export interface OutcomeEffect {
  kind: 'outcome';
  status?: 'completed' | 'error' | 'processing';
  /** Message for `error`. */
  error?: string;
  text?: string | null;
  /** Length of the recording, over which the words are distributed. */
  durationSeconds?: number;
  /** Number of words that are listed with their times; all of them by default. */
  timedWords?: number;
  /** The detected language, and its confidence. */
  language?: string;
  languageConfidence?: number;
  /** Replaces the latency of the settings. */
  latencyMs?: number;
}
/** No callback at all. */
export interface DropEffect {
  kind: 'drop';
}
/** Sends this many further callbacks besides the first, all at the same time. */
export interface DuplicateEffect {
  kind: 'duplicate';
  copies: number;
}
/** Ends the job at once; its submit is answered only after the callback has been sent. */
export interface EarlyEffect {
  kind: 'early';
}
/** Sends another value in the callback's header. */
export interface WrongSecretEffect {
  kind: 'wrongSecret';
}
/** A second callback, without transcript id, after the first. */
export interface RedactedAudioReadyEffect {
  kind: 'redactedAudioReady';
}
/** The model's text is exactly this. */
export interface TextEffect {
  kind: 'text';
  text: string;
}
/** The model answers without candidates. */
export interface EmptyEffect {
  kind: 'empty';
}
/** The prompt is blocked. */
export interface BlockedEffect {
  kind: 'blocked';
  reason: string;
}
/** The model stops halfway, with this finish reason. */
export interface FinishEffect {
  kind: 'finish';
  finishReason: string;
}

export type Effect =
  | StatusEffect
  | HangEffect
  | CutEffect
  | LostReplyEffect
  | BodyEffect
  | DelayEffect
  | OutcomeEffect
  | DropEffect
  | DuplicateEffect
  | EarlyEffect
  | WrongSecretEffect
  | RedactedAudioReadyEffect
  | TextEffect
  | EmptyEffect
  | BlockedEffect
  | FinishEffect;

export type EffectKind = Effect['kind'];
export type EffectOf<K extends EffectKind> = Extract<Effect, { kind: K }>;

/** Conditions of a fault. Every field that is present must match. */
export interface FaultMatch {
  /** The `submission` in the query of the webhook URL. */
  submission?: string;
  audioUrlContains?: string;
  transcriptId?: string;
  model?: string;
  promptContains?: string;
}

export interface Fault {
  operation: Operation;
  effect: Effect;
  match?: FaultMatch;
  /** How often the fault applies; without limit by default. */
  times?: number;
  /** 0 to 1, drawn from the seed for each match; 1 by default. */
  probability?: number;
}

/** Properties of a request that a fault is matched against. */
export interface FaultSubject {
  submission?: string | null;
  audioUrl?: string | null;
  transcriptId?: string | null;
  model?: string | null;
  prompt?: string | null;
}
