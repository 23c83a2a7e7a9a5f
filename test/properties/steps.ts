import type { Crash } from './activity.js';
import type { ProviderFault, TranscriptEnd } from './in-memory-provider.js';
import type { QueueFault } from './in-memory-queues.js';
import type { Until } from './schedule.js';

export type AudioKind = 'stored' | 'shared url' | 'repeated';
export type CallbackKind = 'genuine' | 'without submission' | 'forged id' | 'crossed';

/** Work for a process of the service. `pick` selects one of the targets that exist at that time. */
export type Action =
  /** `takeOver`: may be a job that is already running, as after a lost lock. */
  | { kind: 'job'; pick: number; takeOver: boolean }
  | { kind: 'callback'; pick: number; as: CallbackKind }
  | { kind: 'add'; audio: AudioKind }
  | { kind: 'finish' }
  | { kind: 'restart'; pick: number; how: 'failed' | 'forced' | 'all failed' | 'redacted' }
  | { kind: 'correct again'; pick: number; force: boolean }
  | { kind: 'delete' }
  | { kind: 'reconcile' };

export type Step =
  | { kind: 'start'; action: Action; until: Until; crash?: Crash }
  /** Continues a paused activity. */
  | { kind: 'resume'; pick: number; until: Until }
  /** Two activities, interleaved in `order`. `refused`: the provider refuses the first request. */
  | { kind: 'overlap'; actions: [Action, Action]; order: boolean[]; refused: boolean }
  | { kind: 'transcript ends'; pick: number; how: TranscriptEnd; callback: boolean }
  /** Runs all activities to the end, then every job once. */
  | { kind: 'calm' }
  /** Keeps paused activities paused; all other jobs run and transcripts end, this many times. */
  | { kind: 'work'; rounds: number }
  | Disturbance;

export type Disturbance =
  | { kind: 'fault'; fault: ProviderFault; times: number }
  | { kind: 'queue fault'; fault: QueueFault }
  /** Lets time pass for one submission or chunk. */
  | { kind: 'lease ends'; pick: number }
  | { kind: 'overdue'; pick: number }
  | { kind: 'wipe'; what: 'queues' | 'coordination' }
  | { kind: 'switch delivery' };

export interface Scenario {
  delivery: 'webhook' | 'polling';
  anonymize: boolean;
  /** Number of chunks at the start. */
  chunks: number;
  /** Whether all of them have the same audio URL. */
  sharedUrl: boolean;
  /** Number of undisturbed rounds before the first step, to reach the later states. */
  headStart: number;
  steps: Step[];
  /** Whether its recordings are corrected in several windows. */
  long: boolean;
}
