import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';
import { isNestedTooDeep } from './nesting.js';

/** JSON of this length is parsed within milliseconds; 30 times as much takes 100 ms. */
const LONG_CHARS = 1_000_000;

/** @returns undefined when the text is not JSON, or is nested too deep to be stored */
export function parseJson(text: string): unknown {
  const parsed = parsedOrUndefined(text);
  return isNestedTooDeep(parsed) ? undefined : parsed;
}

/**
 * Parses like `parseJson`. For a long text, yields to the event loop before, between and after the
 * steps: several such texts may arrive at once.
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
