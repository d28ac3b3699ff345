// Every check of form: formatter, linter, the rooms' rules, shell, C, what may not be in the tree.
// --fix rewrites what can be rewritten.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

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
const has = (program) => spawnSync(program, ['--version']).status === 0;

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
      '--enable=warning,performance,portability',
      '--inline-suppr',
      '--suppress=missingIncludeSystem',
      '-I',
      'firmware/components/ina3221/include',
      ...c,
    ],
  ],
];

let failed = 0;
for (const [program, args] of steps) {
  const name = program === 'npx' ? args[0] : program;
  if (program !== 'npx' && !has(program)) {
    console.log(`lint: ${name} is not installed, left out (./bootstrap --tests installs it)`);
    continue;
  }
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  console.log(`lint: ${name} ${status === 0 ? 'ok' : 'FAILED'}`);
  if (status !== 0) failed++;
}

const lock = readFileSync('package-lock.json', 'utf8');
if (/"resolved": *"http/.test(lock)) {
  console.log('lint: package-lock.json names download addresses FAILED');
  failed++;
}
process.exit(failed === 0 ? 0 : 1);
