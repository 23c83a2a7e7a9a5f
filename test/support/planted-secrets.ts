import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from './test-service.js';
import { locationsHolding } from './record.js';

/** Unique, so that every finding was left by this run. */
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
    /** The text of the recording. */
    heard: `I am Wilhelmina ${spoken.name}, of ${spoken.street}, write to ${spoken.email} or call 06 12345678.`,
    spoken,
    keys,
    all: [...Object.values(spoken), ...Object.values(keys)],
  };
}

/**
 * Searches for texts in all data of a service: in all tables, in all of Redis, in the files of its
 * folder except recordings, and in its output.
 *
 * @param output such as its log, its metrics and its answers, by name
 * @returns `<location>: <text>` for each finding
 */
export async function locationsOfSecrets(
  world: World,
  secrets: readonly string[],
  output: Readonly<Record<string, string>>,
): Promise<string[]> {
  const found: string[] = [];
  for (const secret of secrets) {
    for (const location of await locationsHolding(world, secret)) found.push(`${location}: ${secret}`);
    for (const [name, text] of Object.entries(output)) {
      if (text.toLowerCase().includes(secret.toLowerCase())) found.push(`${name}: ${secret}`);
    }
  }
  return [...found, ...(await filesHolding(world.dataDir, secrets))];
}

/** Skips recordings, which contain the spoken text. */
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
