import { availableParallelism } from 'node:os';

const swc = (parser, moduleType) => [
  '@swc/jest',
  {
    jsc: {
      parser,
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2022',
      keepClassNames: true,
    },
    module: { type: moduleType },
    sourceMaps: 'inline',
  },
];

/**
 * Packages that are ES modules and that CommonJS packages `require`. Node does that by itself since 20.19; Jest's module
 * system does not, so it gets them as CommonJS.
 */
const REQUIRED_ES_MODULES = ['content-disposition'].join('|');

const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // Data of packages that is named `.json.js` is code.
  moduleNameMapper: { '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': swc({ syntax: 'typescript', decorators: true }, 'es6'),
    [`/node_modules/(?:${REQUIRED_ES_MODULES})/.+\\.js$`]: swc({ syntax: 'ecmascript' }, 'commonjs'),
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${REQUIRED_ES_MODULES})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

const ENGINES = ['postgres', 'redis'];

/**
 * Kinds of end-to-end files, by the end of their names.
 *
 * - `e2e-spec`: run on both queue engines.
 * - `once-spec`: their subject is no queue; run once, on PostgreSQL where they need a database.
 * - `fleet-spec`: start many processes at once and need the processors for themselves; run on both engines.
 * - `soak-spec`: the long proofs; run on both engines, by `npm run soak` only.
 */
const endToEnd = (displayName, engine, kind) => ({
  ...common,
  displayName,
  globals: { ringbackEngine: engine },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testMatch: [`<rootDir>/{test,src,bench,demo}/**/*.${kind}.ts`],
  // What only one engine has is tested in a folder of its name.
  testPathIgnorePatterns: ENGINES.filter((other) => other !== engine).map(
    (other) => `<rootDir>/test/${other}/`,
  ),
});

const onBothEngines = (suffix, kind) => ENGINES.map((engine) => endToEnd(`${engine}${suffix}`, engine, kind));

/** @type {import('jest').Config} */
export default {
  reporters: ['default', '<rootDir>/test/support/file-times-reporter.mjs'],
  // Far beyond what any of them takes on a quiet machine: a slow one must not make them fail.
  testTimeout: 60_000,
  // `npm test` and `npm run soak` choose by what they run; this is for a run of chosen files.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  // Every test file leaves its modules behind in the worker; a new worker begins without them.
  workerIdleMemoryLimit: '1GB',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,simulator,demo,bench,scripts}/**/*.spec.ts'],
    },
    endToEnd('once', 'postgres', 'once-spec'),
    ...onBothEngines('', 'e2e-spec'),
    ...onBothEngines('-fleets', 'fleet-spec'),
    ...(process.env.RINGBACK_SOAK === undefined ? [] : onBothEngines('-soak', 'soak-spec')),
  ],
};
