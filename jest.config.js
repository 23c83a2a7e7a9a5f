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
 * Packages that are ES modules and that CommonJS packages `require`. Node supports that since
 * 20.19; Jest's module system does not, so that they are transformed to CommonJS.
 */
const REQUIRED_ES_MODULES = ['content-disposition'].join('|');

const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // Data of packages in files named `.json.js` is code.
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
 * - `once-spec`: independent of the queue; run once, on PostgreSQL where they need a database.
 * - `fleet-spec`: start many processes at once and need the processors for themselves; run on both
 *   engines.
 * - `soak-spec`: the long tests; run on both engines, by `npm run soak` only.
 */
const endToEnd = (displayName, engine, kind) => ({
  ...common,
  displayName,
  globals: { ringbackEngine: engine },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testMatch: [`<rootDir>/{test,src,bench,demo}/**/*.${kind}.ts`],
  // Tests of one engine only are in a folder with its name.
  testPathIgnorePatterns: ENGINES.filter((other) => other !== engine).map(
    (other) => `<rootDir>/test/${other}/`,
  ),
});

const onBothEngines = (suffix, kind) => ENGINES.map((engine) => endToEnd(`${engine}${suffix}`, engine, kind));

/** @type {import('jest').Config} */
export default {
  reporters: ['default', '<rootDir>/test/support/file-times-reporter.mjs'],
  // Far above the duration of any test on an idle machine, so that a slow one does not make them
  // fail.
  testTimeout: 60_000,
  // `npm test` and `npm run soak` choose their own values; this one is for a run of selected files.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  // The modules of every test file stay in the worker's memory; a new worker starts without them.
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
