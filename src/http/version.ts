import { createRequire } from 'node:module';

/** `imports` of package.json leads there from the sources and from the build, which lies a folder deeper. */
const manifest = createRequire(import.meta.url)('#package.json') as { version: string };

/** The release that runs, as package.json names it. */
export const VERSION = manifest.version;
