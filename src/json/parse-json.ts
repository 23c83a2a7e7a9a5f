import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';
import { isNestedTooDeep } from './nesting.js';

/** Parsed within milliseconds; thirty times as long takes a hundred. */
const LONG_CHARS = 1_000_000;

/** @returns undefined when it is not JSON, or nothing that could be stored: nested deeper than any answer is */
export function parseJson(text: string): unknown {
  const parsed = parsedOrUndefined(text);
  return isNestedTooDeep(parsed) ? undefined : parsed;
}

/**
 * Parses as `parseJson` does. Before, between and after the steps the event loop goes on when the text is long: several such
 * texts may come at once.
 */
export async function parseJsonInSteps(text: string): Promise<unknown> {
  const pause = text.length > LONG_CHARS ? yieldToEventLoop : () => undefined;
  await pause();
  const parsed = parsedOrUndefined(text);
  await pause();
  const isTooDeep = isNestedTooDeep(parsed);
  await pause();
  return isTooDeep ? undefined : parsed;
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
