/**
 * What the simulator does, as a fault names it. `transcribe` is OpenAI's request for a transcript, `listen` Gemini's, from the
 * recording alone; `webhook` is the callback that it sends itself.
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
 * An HTTP status instead of the answer. The work is not done, unless `workDone`: a gateway that lost it on its way back; or
 * `workDoneAfterMs` of the answer: a gateway that gave up before those behind it were done.
 */
export interface StatusEffect {
  kind: 'status';
  status: number;
  /** An object is sent as JSON, a string as it is; none: an empty body. */
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
/** 200 with exactly this body. The work is not done, unless `workDone`. */
export interface BodyEffect {
  kind: 'body';
  body: string;
  workDone?: boolean;
}
/** Waits before anything else happens; goes together with each other effect. */
export interface DelayEffect {
  kind: 'delay';
  ms: number;
}
/** How the submitted job will end: `processing` means never. */
export interface OutcomeEffect {
  kind: 'outcome';
  status?: 'completed' | 'error' | 'processing';
  /** For `error`. */
  error?: string;
  text?: string | null;
  /** So many words of the text are listed with their times; all of them when not given. */
  timedWords?: number;
  /** What it is heard to be in, and how sure that is. */
  language?: string;
  languageConfidence?: number;
  /** Instead of the latency of the settings. */
  latencyMs?: number;
}
/** No callback at all. */
export interface DropEffect {
  kind: 'drop';
}
/** So many further callbacks beside the first, all at the same moment. */
export interface DuplicateEffect {
  kind: 'duplicate';
  copies: number;
}
/** The job ends at once, and its submit is answered only after the callback has been. */
export interface EarlyEffect {
  kind: 'early';
}
/** The callback's header has another value than asked for. */
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
/** The model stops half way, with this finish reason. */
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

/** Every field that is given must hold. */
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
  /** How often it strikes; for ever when not given. */
  times?: number;
  /** 0 to 1, drawn from the seed for each match; always when not given. */
  probability?: number;
}

/** What a fault is matched against. */
export interface FaultSubject {
  submission?: string | null;
  audioUrl?: string | null;
  transcriptId?: string | null;
  model?: string | null;
  prompt?: string | null;
}
