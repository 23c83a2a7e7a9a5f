import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

const ENGINES = ['postgres', 'redis'];

/**
 * Kinds of end-to-end files, by the end of their names.
 *
 * - `e2e-spec`: run on both queue engines.
 * - `once-spec`: their subject is no queue; run once, on PostgreSQL where they need a database.
 * - `fleet-spec`: start many processes at once, or measure what one holds up, and need the processors
 *   for themselves; run on both engines.
 * - `soak-spec`: the long proofs; run on both engines, by `npm run soak` only.
 */
const endToEnd = (name, engine, kind) => ({
  extends: true,
  test: {
    name,
    provide: { engine },
    include: [`{test,src,bench,commands,demo}/**/*.${kind}.ts`],
    // What only one engine has is tested in a folder of its name.
    exclude: ENGINES.filter((other) => other !== engine).map((other) => `test/${other}/**`),
    globalSetup: 'test/support/global-setup.mjs',
  },
});

const onBothEngines = (suffix, kind) => ENGINES.map((engine) => endToEnd(`${engine}${suffix}`, engine, kind));

/** Files that take a minute or two: one that starts last would run alone. */
const LONGEST = /^(?:bench|test\/fuzz|test\/properties|test\/postgres\/(?:doctor|first-commands))/;

/**
 * Keeps the files of a project together, as a worker is reused only when the next file is of the
 * same project, with the longest in front.
 */
class ByProject extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }) => LONGEST.test(relative(import.meta.dirname, moduleId));
    const projects = [...new Set(files.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const own = sorted.filter((file) => file.project === project);
      return [...own.filter(isLong), ...own.filter((file) => !isLong(file))];
    });
  }
}

export default defineConfig({
  // No file of a browser is built here.
  publicDir: false,
  test: {
    pool: 'forks',
    // Files of one worker share its modules: loading the service anew takes longer than most files.
    isolate: false,
    setupFiles: 'test/support/restore-globals.ts',
    sequence: { sequencer: ByProject },
    // Far beyond what any of them takes on a quiet machine: a slow one must not make them fail.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/file-times-reporter.mjs'],
    projects: [
      endToEnd('once', 'postgres', 'once-spec'),
      ...onBothEngines('', 'e2e-spec'),
      {
        extends: true,
        test: { name: 'unit', include: ['{src,console,simulator,commands,demo,bench,scripts}/**/*.spec.ts'] },
      },
      ...onBothEngines('-fleets', 'fleet-spec'),
      ...(process.env.RINGBACK_SOAK === undefined ? [] : onBothEngines('-soak', 'soak-spec')),
    ],
  },
});
