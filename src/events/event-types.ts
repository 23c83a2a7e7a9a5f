import type { EventType } from '../database/event-tables.js';

/** Types of events. A receiver may want all of them, or some. */
export const EVENT_TYPES = [
  'conversation.started',
  'conversation.transcribed',
  'conversation.summarized',
  'chunk.failed',
] as const satisfies EventType[];

/** Maximum number per project; more are a mistake, and every change would write as many rows. */
export const MAX_ENDPOINTS_PER_PROJECT = 10;
