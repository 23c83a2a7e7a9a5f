/**
 * The layers of docs/architecture.md as rules: imports run one way.
 * config, deadlines, addresses <- database, queues, providers, observability, outbound <- audio, coordination, events
 *   <- conversations <- transcription, correction <- webhooks, privacy <- app
 */
const layers = [
  ['config', 'deadlines', 'addresses'],
  ['database', 'queues', 'providers', 'observability', 'http', 'redaction', 'outbound'],
  ['audio', 'coordination', 'events'],
  ['conversations'],
  ['transcription', 'correction'],
  ['webhooks', 'privacy'],
  ['doctor'],
];

const upward = layers.slice(0, -1).map((folders, level) => ({
  name: `imports-run-one-way-from-${folders.join('-')}`,
  severity: 'error',
  from: { path: `^src/(${folders.join('|')})/` },
  to: {
    path: `^src/(${layers
      .slice(level + 1)
      .flat()
      .join('|')})/|^src/(app\\.module|main)\\.ts$`,
  },
}));

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...upward,
    {
      name: 'src-knows-no-simulator',
      severity: 'error',
      comment: 'The service reaches providers over sockets; it does not know that a simulator exists.',
      from: { path: '^src/' },
      to: { path: '^(simulator|test|bench|demo)/' },
    },
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^(src|test|bench|demo)/' },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
