import type { Crash } from './activity.js';
import type { ProviderFault, TranscriptEnd } from './in-memory-provider.js';
import type { QueueFault } from './in-memory-queues.js';
import type { Until } from './schedule.js';

export type AudioKind = 'stored' | 'shared url' | 'repeated';
export type CallbackKind = 'genuine' | 'without submission' | 'forged id' | 'crossed';

/** What a process of the service is given to do. `pick` chooses among what there is at that moment. */
export type Action =
  /** `takeOver`: also one that somebody runs already, as when its lock was lost. */
  | { kind: 'job'; pick: number; takeOver: boolean }
  | { kind: 'callback'; pick: number; as: CallbackKind }
  | { kind: 'add'; audio: AudioKind }
  | { kind: 'finish' }
  | { kind: 'restart'; pick: number; how: 'failed' | 'forced' | 'all failed' }
  | { kind: 'reconcile' };

export type Step =
  | { kind: 'start'; action: Action; until: Until; crash?: Crash }
  /** Goes on with an activity that stands still. */
  | { kind: 'resume'; pick: number; until: Until }
  /** Two at once; `turns` says whose effect is next. `refused`: the provider refuses what is asked of it first. */
  | { kind: 'overlap'; actions: [Action, Action]; turns: boolean[]; refused: boolean }
  | { kind: 'transcript ends'; pick: number; how: TranscriptEnd; callback: boolean }
  /** Everybody goes on to the end, then every job runs once. */
  | { kind: 'calm' }
  /** Who stands still stays so; all other jobs run, and transcripts end, so many times. */
  | { kind: 'work'; rounds: number }
  | Disturbance;

export type Disturbance =
  | { kind: 'fault'; fault: ProviderFault; times: number }
  | { kind: 'queue fault'; fault: QueueFault }
  /** Time passes for one submission or chunk. */
  | { kind: 'lease ends'; pick: number }
  | { kind: 'overdue'; pick: number }
  | { kind: 'wipe'; what: 'queues' | 'coordination' }
  | { kind: 'switch delivery' };

export interface Life {
  delivery: 'webhook' | 'polling';
  anonymize: boolean;
  /** Chunks at the start. */
  chunks: number;
  /** All of them have the same one. */
  sharedUrl: boolean;
  /** Rounds in which everything goes well, before the first step: the way to the later states. */
  headStart: number;
  steps: Step[];
}
