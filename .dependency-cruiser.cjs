/**
 * Each folder of `src/`, and the folders that it may import. A folder lists only folders above it,
 * so that cyclic imports cannot be listed. A folder that is missing here may import nothing.
 * docs/architecture.md shows the same.
 */
const imports = {
  // The names of both state machines, which any statement may use, so that they come before the
  // tables.
  'chunks/states.ts': [],
  config: [],
  deadlines: [],
  'event-loop': [],
  json: ['event-loop'],
  redaction: ['event-loop', 'json'],
  providers: [],
  'embedded-postgres': ['config'],
  outbound: ['config'],
  database: ['chunks/states.ts', 'config', 'event-loop', 'embedded-postgres'],
  observability: ['config', 'deadlines', 'database'],
  queues: ['config', 'deadlines', 'providers', 'database', 'observability'],
  http: ['config', 'json', 'providers', 'database', 'observability'],
  audio: ['config', 'deadlines', 'outbound', 'observability'],
  'providers/assemblyai': ['config', 'deadlines', 'event-loop', 'json', 'redaction', 'providers'],
  'providers/litellm': ['config', 'deadlines', 'event-loop', 'json', 'providers', 'providers/assemblyai'],
  'providers/language-models': ['config', 'json', 'providers', 'observability'],
  coordination: ['chunks/states.ts', 'config', 'database', 'observability', 'queues'],
  events: [
    'config',
    'deadlines',
    'providers',
    'outbound',
    'database',
    'observability',
    'queues',
    'http',
    'coordination',
  ],
  chunks: [
    'chunks/states.ts',
    'config',
    'event-loop',
    'redaction',
    'providers',
    'database',
    'observability',
    'queues',
    'coordination',
    'events',
  ],
  conversations: [
    'chunks/states.ts',
    'config',
    'event-loop',
    'redaction',
    'database',
    'observability',
    'queues',
    'http',
    'audio',
    'coordination',
    'events',
    'chunks',
  ],
  correction: [
    'chunks/states.ts',
    'config',
    'event-loop',
    'json',
    'redaction',
    'providers',
    'outbound',
    'database',
    'observability',
    'queues',
    'audio',
    'providers/assemblyai',
    'providers/language-models',
    'coordination',
    'chunks',
    'conversations',
  ],
  transcription: [
    'chunks/states.ts',
    'config',
    'deadlines',
    'redaction',
    'providers',
    'outbound',
    'database',
    'observability',
    'queues',
    'audio',
    'providers/assemblyai',
    'providers/litellm',
    'providers/language-models',
    'coordination',
    'chunks',
    'correction',
  ],
  webhooks: ['config', 'observability', 'queues', 'http', 'coordination', 'chunks'],
  privacy: [
    'chunks/states.ts',
    'config',
    'deadlines',
    'redaction',
    'providers',
    'database',
    'observability',
    'queues',
    'http',
    'audio',
    'providers/assemblyai',
    'coordination',
    'transcription',
  ],
  doctor: [
    'config',
    'deadlines',
    'json',
    'providers',
    'embedded-postgres',
    'outbound',
    'database',
    'queues',
    'audio',
    'providers/assemblyai',
    'providers/litellm',
    'providers/language-models',
    'correction',
    'webhooks',
  ],
  app: [
    'config',
    'embedded-postgres',
    'outbound',
    'database',
    'observability',
    'queues',
    'http',
    'coordination',
    'events',
    'conversations',
    'correction',
    'transcription',
    'webhooks',
    'privacy',
  ],
};

const folders = Object.keys(imports);

/** Returns a pattern for the files of a folder, without subfolders that have their own entry. */
function filesOf(folder) {
  const inside = folders.filter((other) => other.startsWith(`${folder}/`));
  const names = inside.map((other) => other.slice(folder.length + 1));
  if (folder.endsWith('.ts')) return `^src/${folder.replace('.', '\\.')}$`;
  return `^src/${folder}/${names.length > 0 ? `(?!${names.join('|')})` : ''}`;
}

const oneWay = Object.entries(imports).map(([folder, allowed], index) => {
  const unknown = allowed.find((other) => !folders.slice(0, index).includes(other));
  if (unknown !== undefined) throw new Error(`${folder} may not list ${unknown}, which is not above it`);
  return {
    name: `imports-of-${folder.replaceAll(/\W/g, '-')}`,
    severity: 'error',
    from: { path: filesOf(folder) },
    to: { path: '^src/', pathNot: [folder, ...allowed].map(filesOf) },
  };
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...oneWay,
    {
      name: 'every-folder-is-listed',
      severity: 'error',
      comment: 'A new folder of src/ needs its row above.',
      from: { path: '^src/[^/]+/', pathNot: folders.map(filesOf) },
      to: {},
    },
    {
      name: 'src-knows-no-simulator',
      severity: 'error',
      comment: 'The service reaches providers over sockets; it does not depend on the simulator.',
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
      from: { path: '^src/', pathNot: '[.-]spec\\.ts$' },
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
