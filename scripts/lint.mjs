// Every check of form: formatter, linter, the rooms' rules, shell, C, what may not be in the tree.
// --fix rewrites what can be rewritten.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const fix = process.argv.includes('--fix');
const files = (...patterns) =>
  spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    encoding: 'utf8',
  })
    .stdout.split('\n')
    .filter(Boolean);

const shell = files('*.sh', 'bootstrap', '.ci/run');
const c = files('firmware/**/*.c', 'firmware/**/*.h').filter(
  (path) => !path.includes('/generated/'),
);
const headerFolders = [
  ...new Set(c.filter((path) => path.endsWith('.h')).map((path) => dirname(path))),
];
// readdir() is safe on a stream of one's own; that a local name hides a static function is harmless.
const needless = ['missingIncludeSystem', 'readdirCalled', 'shadowFunction'];
const compilation = 'firmware/build';

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
  [
    'run-clang-tidy',
    ['-quiet', '-j', '2', '-p', compilation, 'firmware/(components/\\w+/\\w+\\.c|host/|fuzz/)'],
  ],
];

let failed = 0;
for (const [program, args] of steps) {
  const name = program === 'npx' ? args[0] : program;
  if (program !== 'npx' && !has(program)) {
    console.log(`lint: ${name} is not installed, left out (./bootstrap --tests installs it)`);
    continue;
  }
  if (name === 'run-clang-tidy' && !existsSync(`${compilation}/compile_commands.json`)) {
    console.log(`lint: ${name} needs ${compilation}, left out (npm run build makes it)`);
    continue;
  }
  // clang-tidy tells of every file.
  const stdio = name === 'run-clang-tidy' ? 'pipe' : 'inherit';
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
