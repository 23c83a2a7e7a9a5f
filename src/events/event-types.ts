import type { EventType } from '../database/schema.js';

/** What is told of. A receiver may want all of them, or some. */
export const EVENT_TYPES = [
  'conversation.started',
  'conversation.transcribed',
  'conversation.summarized',
  'chunk.failed',
] as const satisfies EventType[];

/** Each of them gets every event; more than this are a mistake, and would make each change write as many rows. */
export const MAX_ENDPOINTS_PER_PROJECT = 10;
