import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from './test-service.js';
import { placesHolding } from './record.js';

/** Unique, so that whatever is found was left by this run. */
export function plantSecrets() {
  const mark = crypto.randomUUID().slice(0, 8);
  const spoken = {
    name: `Zonderland${mark}`,
    email: `adaeze.${mark}@example.org`,
    street: `Vlierstraat${mark}`,
  };
  const keys = {
    ASSEMBLYAI_API_KEY: `assemblyai-key-${mark}`,
    GEMINI_API_KEY: `gemini-key-${mark}`,
    ASSEMBLYAI_WEBHOOK_SECRET: `callback-secret-${mark}`,
    API_KEYS: `door-key-${mark}`,
  };
  return {
    /** What is said in the recording. */
    heard: `I am Wilhelmina ${spoken.name}, of ${spoken.street}, write to ${spoken.email} or call 06 12345678.`,
    spoken,
    keys,
    all: [...Object.values(spoken), ...Object.values(keys)],
  };
}

/**
 * Looks for texts wherever something of a service may be: in all tables, in all of Redis, in the files of its folder that are no
 * recordings, and in what it has said itself.
 *
 * @param said such as its log, its metrics and its answers, by name
 * @returns `<place>: <text>` for each that was found
 */
export async function placesOfSecrets(
  world: World,
  secrets: readonly string[],
  said: Readonly<Record<string, string>>,
): Promise<string[]> {
  const found: string[] = [];
  for (const secret of secrets) {
    for (const place of await placesHolding(world, secret)) found.push(`${place}: ${secret}`);
    for (const [name, text] of Object.entries(said)) {
      if (text.toLowerCase().includes(secret.toLowerCase())) found.push(`${name}: ${secret}`);
    }
  }
  return [...found, ...(await filesHolding(world.dataDir, secrets))];
}

/** Recordings are left out: they hold what was said. */
export async function filesHolding(folder: string, secrets: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.startsWith(join(folder, 'audio'))) continue;
    const content = await readFile(path);
    for (const secret of secrets) if (content.includes(secret)) found.push(`${path}: ${secret}`);
  }
  return found;
}
