// The rooms and what each may use: the table of docs/design.md, enforced.
const room = (name, from, allowed) => ({
  name: `${name}-uses-only-its-rooms`,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.(test|bench)\\.ts$' },
  to: {
    path: '^(proto|exporter|functions|harness|kind|grafana)/',
    pathNot: [`^${from}/`, ...allowed.map((path) => `^${path}`)],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    room('proto', 'proto', []),
    room('functions', 'functions', []),
    room('exporter', 'exporter', ['proto/']),
    room('harness', 'harness', ['proto/', 'exporter/']),
    room('attribution', 'harness/src/attribution', []),
    room('grafana', 'grafana', []),
    room('lab', 'harness/src/lab', ['harness/src/attribution/']),
    room('provider', 'harness/src/provider', ['harness/src/errors.ts', 'harness/src/processes/']),
    {
      name: 'commands-are-entered-from-the-cli-only',
      severity: 'error',
      from: { path: '^harness/src/(?!commands/)', pathNot: '\\.test\\.ts$' },
      to: { path: '^harness/src/commands/' },
    },
    {
      name: 'only-targets-know-the-provider',
      severity: 'error',
      from: { path: '^harness/src/(?!provider/|targets/)', pathNot: '\\.(test|bench)\\.ts$' },
      to: { path: '^harness/src/provider/' },
    },
    {
      name: 'duckdb-in-one-module',
      severity: 'error',
      from: {
        path: '^harness/src/',
        pathNot: ['^harness/src/run/database.ts$', '\\.(test|bench)\\.ts$'],
      },
      to: { path: 'node_modules/@duckdb' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node'] },
  },
};
