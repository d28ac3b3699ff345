// Every check of form: formatter, linter, the rooms' rules, shell, C, what may not be in the tree.
// --fix rewrites what can be rewritten.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const fix = process.argv.includes('--fix');
const files = (...patterns) =>
  spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    encoding: 'utf8',
  })
    .stdout.split('\n')
    .filter(Boolean);

const shell = files('*.sh', 'bootstrap', '.ci/run', 'kind/*').filter(
  (path) => readFileSync(path, 'utf8').startsWith('#!/usr/bin/env bash') || path.endsWith('.sh'),
);
const c = files('firmware/**/*.c', 'firmware/**/*.h').filter(
  (path) => !path.includes('/generated/'),
);
const headerFolders = [
  ...new Set(c.filter((path) => path.endsWith('.h')).map((path) => dirname(path))),
];
// readdir() is safe on a stream of one's own; that a local name hides a static function is harmless.
const needless = ['missingIncludeSystem', 'readdirCalled', 'shadowFunction'];

// How each C file is compiled: those for this host as they are built, those for ESP-IDF against stub headers.
const compilations = {
  'firmware/build': 'firmware/(components/\\w+/\\w+\\.c|host/|fuzz/)',
  'firmware/build/lint/esp32': 'firmware/main/',
  'firmware/build/lint/linux': 'firmware/main/',
};
for (const target of ['esp32', 'linux']) {
  const folders = [
    `-DFIRMWARE_DIR=${resolve('firmware')}`,
    `-DOUTPUT_DIR=${resolve('firmware/build/lint')}`,
  ];
  spawnSync('cmake', [
    ...folders,
    `-DIDF_TARGET=${target}`,
    '-P',
    'firmware/tests/port_test.cmake',
  ]);
}

// run-clang-tidy knows no --version.
const has = (program) => spawnSync(program, ['--help']).status === 0;

const steps = [
  ['npx', ['prettier', fix ? '--write' : '--check', '--log-level', 'warn', '.']],
  ['npx', ['tsc', '-p', 'tsconfig.test.json']],
  ['npx', ['eslint', ...(fix ? ['--fix'] : []), '.']],
  [
    'npx',
    [
      'depcruise',
      '--config',
      '.dependency-cruiser.cjs',
      'proto/src',
      'exporter/src',
      'functions/src',
      'harness/src',
      'grafana/src',
    ],
  ],
  ['shellcheck', shell],
  ['clang-format', [...(fix ? ['-i'] : ['--dry-run', '--Werror']), ...c]],
  [
    'cppcheck',
    [
      '--quiet',
      '--error-exitcode=1',
      '--enable=warning,style,performance,portability',
      '--inline-suppr',
      '--library=posix',
      '--std=c11',
      ...needless.map((id) => `--suppress=${id}`),
      ...headerFolders.flatMap((folder) => ['-I', folder]),
      // Tests run under the sanitizers; cppcheck takes what they do through pointers for nothing.
      ...c.filter((path) => !path.startsWith('firmware/tests/')),
    ],
  ],
  ...Object.entries(compilations).map(([folder, which]) => [
    'run-clang-tidy',
    ['-quiet', '-j', '2', '-p', folder, which],
  ]),
];

let failed = 0;
for (const [program, args] of steps) {
  const name = program === 'npx' ? args[0] : program;
  if (program !== 'npx' && !has(program)) {
    console.log(`lint: ${name} is not installed, left out (./bootstrap --tests installs it)`);
    continue;
  }
  const tidies = name === 'run-clang-tidy';
  if (tidies && !existsSync(join(args[4], 'compile_commands.json'))) {
    console.log(`lint: ${name} misses ${args[4]}, left out (npm run build makes it)`);
    continue;
  }
  // clang-tidy tells of every file.
  const stdio = tidies ? 'pipe' : 'inherit';
  const { status, stdout } = spawnSync(program, args, { stdio, encoding: 'utf8' });
  if (status !== 0 && stdout) console.log(stdout);
  console.log(`lint: ${name} ${status === 0 ? 'ok' : 'FAILED'}`);
  if (status !== 0) failed++;
}

const lock = readFileSync('package-lock.json', 'utf8');
if (/"resolved": *"http/.test(lock)) {
  console.log('lint: package-lock.json names download addresses FAILED');
  failed++;
}
process.exit(failed === 0 ? 0 : 1);
