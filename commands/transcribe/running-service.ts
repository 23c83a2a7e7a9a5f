import type { Settings } from './settings.js';

/** A service that does not answer within this time is not used. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Title of the service's own description, which tells it from any other program on that port. */
const TITLE = 'Ringback';

/**
 * Finds a service that runs already.
 *
 * @returns its URL, without a slash at its end, or undefined
 */
export async function findRunningService({ chosenUrl, defaultUrl }: Settings): Promise<string | undefined> {
  if (chosenUrl !== undefined) return (await answers(chosenUrl)) ? chosenUrl : undefined;
  return (await isRingback(defaultUrl)) ? defaultUrl : undefined;
}

/** Any answer will do: a proxy in front of it may keep the health and the description internal. */
async function answers(url: string): Promise<boolean> {
  return (await get(`${url}/health/live`)) !== undefined;
}

async function isRingback(url: string): Promise<boolean> {
  try {
    const description = JSON.parse((await get(`${url}/docs-json`)) ?? '') as { info?: { title?: unknown } };
    return description.info?.title === TITLE;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}

/** Returns the body of the answer, or undefined without one. */
async function get(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return await response.text();
  } catch {
    return undefined;
  }
}
