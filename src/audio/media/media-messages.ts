import type { Finding } from '../facts/read-facts.js';
import type { Slice, SliceTask, Uncut } from '../slices/cut-slice.js';

/** Work for the thread, by kind. */
export interface MediaTasks {
  facts: { input: null; result: Finding };
  slice: { input: SliceTask; result: Slice | Uncut };
}

export type MediaKind = keyof MediaTasks;

/** A message to the thread. */
export type ToThread =
  | { type: 'run'; id: number; kind: MediaKind; input: MediaTasks[MediaKind]['input']; bytes: number }
  | { type: 'read'; id: number; readId: number; data: Uint8Array }
  | { type: 'read_failed'; id: number; readId: number }
  | { type: 'cancel'; id: number }
  | { type: 'ping' };

/** A message from the thread. */
export type FromThread =
  | { type: 'read'; id: number; readId: number; start: number; end: number }
  | { type: 'result'; id: number; result: MediaTasks[MediaKind]['result'] }
  | { type: 'failed'; id: number; message: string }
  | { type: 'pong' };
