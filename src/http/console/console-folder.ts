import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** `imports` of package.json resolves it from the sources and from the build, one folder deeper. */
const root = dirname(createRequire(import.meta.url).resolve('#package.json'));

/** The built console; it is not there in a checkout whose console was never built. */
export const CONSOLE_FOLDER = join(root, 'dist/console');

const PAGE = 'index.html';

export function hasConsole(folder: string): boolean {
  return existsSync(join(folder, PAGE));
}
