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

const endToEnd = (engine) => ({
  ...common,
  displayName: engine,
  globals: { ringbackEngine: engine },
  testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
  // What only one engine has is tested in a folder of its name.
  testPathIgnorePatterns: [
    ...ENGINES.filter((other) => other !== engine).map((other) => `<rootDir>/test/${other}/`),
  ],
});

/**
 * Unit tests once, the end-to-end suite on both engines from one source.
 *
 * @type {import('jest').Config}
 */
export default {
  reporters: ['default', '<rootDir>/test/support/file-times-reporter.mjs'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // Far beyond what any of them takes on a quiet machine: a slow one must not make them fail.
  testTimeout: 60_000,
  // On two cores Jest would take one worker, and most of the time is spent waiting for facts, and for locks of the dead. With a
  // third, tests that start a fleet of processes take the time from each other, and what waits for a while waits too short.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  // Every test file leaves its modules behind in the worker; a new worker begins without them.
  workerIdleMemoryLimit: '1GB',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,simulator,demo,bench,scripts}/**/*.spec.ts'],
    },
    ...ENGINES.map(endToEnd),
  ],
};
