import { createRequire } from 'node:module';

/** `imports` of package.json resolves it from the sources and from the build, one folder deeper. */
const manifest = createRequire(import.meta.url)('#package.json') as { version: string };

/** The running release, from package.json. */
export const VERSION = manifest.version;
