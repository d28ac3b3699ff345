// Runs all tests and closes with one line for all of them: `N passed, N failed, N skipped`.
// npm test: the C core, then TypeScript, then what measures energy with real processes, one file at a time.
// npm run test:long: what takes longer than npm test may. npm run test:cluster: what takes a container engine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const kind = process.argv[2];
const scratch = mkdtempSync(join(tmpdir(), 'power-harness-tests-'));
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, and why in a few lines each: said again at the end, which is what a log's reader sees first. */
const failures = [];

function add(name, counts, seconds) {
  for (const key of Object.keys(total)) total[key] += counts[key];
  const { passed, failed, skipped } = counts;
  console.log(`-- ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s\n`);
  if (failed === 0) return;
  for (const cause of counts.causes ?? ['see above']) failures.push(`${name}: ${cause}`);
}

function run(name, command, args, env, count) {
  console.log(`-- ${name}`);
  const start = Date.now();
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const counts = count(status);
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  counts.causes ??= [`exit code ${status}`];
  add(name, counts, Math.round((Date.now() - start) / 1000));
}

const firstLines = (text) => text.split('\n').slice(0, 12).join('\n');

function vitest(name, args, env = {}) {
  const report = join(scratch, `${name}.json`);
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  run(name, 'npx', ['vitest', 'run', ...options, ...args], env, () => {
    try {
      const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
        readFileSync(report, 'utf8'),
      );
      const broken = testResults.filter(
        ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
      ).length;
      const causes = testResults.flatMap(({ name: file, status, message, assertionResults }) => {
        const failed = assertionResults.filter((test) => test.status === 'failed');
        const said = failed.map((test) => `${test.fullName}\n${test.failureMessages.join('\n')}`);
        const all = status === 'failed' && failed.length === 0 ? [message] : said;
        return all.map((cause) => `${relative('.', file)}: ${firstLines(cause)}`);
      });
      return {
        passed: numPassedTests,
        failed: numFailedTests + broken,
        skipped: numPendingTests,
        causes: causes.length > 0 ? causes : undefined,
      };
    } catch {
      return { passed: 0, failed: 1, skipped: 0 };
    }
  });
}

function ctest(name, folder, reason) {
  const report = join(scratch, `${name}.xml`);
  const args = ['--test-dir', folder, '-j2', '--output-on-failure', '--output-junit', report];
  run(name, 'ctest', args, {}, () => {
    try {
      const xml = readFileSync(report, 'utf8');
      const number = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
      const [tests, failed] = [number('tests'), number('failures')];
      const skipped = number('skipped') + number('disabled');
      return { passed: tests - failed - skipped, failed, skipped };
    } catch {
      console.log(reason);
      return { passed: 0, failed: 0, skipped: 1 };
    }
  });
}

// Every decoder of the firmware and the twin against any bytes, for a minute together.
function fuzz() {
  const folder = 'firmware/build/fuzz';
  const program = 'int LLVMFuzzerTestOneInput(void) { return 0; }';
  const options = ['-fsanitize=fuzzer,address', '-x', 'c', '-', '-o', join(scratch, 'fuzzer')];
  if (spawnSync('clang', options, { input: program }).status !== 0) {
    console.log('-- fuzzers\nclang or its libFuzzer is missing (./bootstrap --tests installs it)');
    add('fuzzers', { passed: 0, failed: 0, skipped: 1 }, 0);
    return;
  }
  const cmake = (...args) => spawnSync('cmake', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const clang = ['-G', 'Ninja', '-DCMAKE_C_COMPILER=clang', '-DPM_FUZZ=ON'];
  const built =
    cmake('-S', 'firmware', '-B', folder, ...clang).status === 0 &&
    cmake('--build', folder).status === 0;
  if (built) ctest('fuzzers', folder, 'no fuzzer was built');
  else add('fuzzers', { passed: 0, failed: 1, skipped: 0 }, 0);
}

/** A program that is a test by itself. */
const one = (status) => ({
  passed: status === 0 ? 1 : 0,
  failed: status === 0 ? 0 : 1,
  skipped: 0,
});

// Branches of the core that the C tests take, 95 % at least.
function coverage() {
  const folder = 'firmware/build/coverage';
  if (spawnSync('gcovr', ['--version']).error) {
    console.log('-- coverage\ngcovr is missing (./bootstrap --tests installs it)');
    return add('coverage', { passed: 0, failed: 0, skipped: 1 }, 0);
  }
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
  const flags = ['-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_C_FLAGS=--coverage -O0'];
  const tested =
    spawnSync('cmake', ['-S', 'firmware', '-B', folder, ...flags], quiet).status === 0 &&
    spawnSync('cmake', ['--build', folder], quiet).status === 0 &&
    spawnSync('ctest', ['--test-dir', folder, '-j2', '-R', '^(test|corpus)_'], quiet).status === 0;
  if (!tested) return add('coverage', one(1), 0);
  const filter = ['--filter', 'firmware/components/', '--exclude', '.*/generated/.*'];
  const report = ['-r', 'firmware', ...filter, '--branches', '--fail-under-branch', '95', folder];
  run('coverage', 'gcovr', report, {}, one);
}

// The cluster from nothing, the tests on it, and down again. Programs that kind/airgap built are found by the tests.
function cluster() {
  if (spawnSync('kind/engine', { stdio: 'inherit' }).status !== 0) {
    console.log('-- cluster\nno container engine, so no cluster');
    return add('cluster', { passed: 0, failed: 0, skipped: 1 }, 0);
  }
  const cache =
    process.env.POWER_HARNESS_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'power-harness');
  // With CI set, faas-cli would look for its password in the current folder.
  process.env.OPENFAAS_CONFIG ??= join(homedir(), '.openfaas');
  const PATH = `${join(cache, 'airgap/programs')}:${process.env.PATH}`;
  run('cluster down', 'kind/down', [], {}, one);
  run('cluster up', 'kind/up', [], {}, one);
  vitest('cluster', ['--no-file-parallelism'], { POWER_HARNESS_TESTS: 'cluster', PATH });
  if (total.failed > 0) {
    const get = ['--context', 'kind-power-harness', 'get', '--all-namespaces'];
    const options = { stdio: 'inherit', env: { ...process.env, PATH } };
    spawnSync('kubectl', [...get, 'pods', '--output', 'wide'], options);
    spawnSync('kubectl', [...get, 'events', '--field-selector', 'type!=Normal'], options);
  }
  run('cluster down', 'kind/down', [], {}, one);
}

if (kind === 'cluster') {
  cluster();
} else if (kind === 'long') {
  fuzz();
  coverage();
  run('footprint', process.execPath, ['firmware/footprint/footprint.mjs'], {}, one);
  vitest('long', ['exporter/src', 'grafana/src'], { POWER_HARNESS_TESTS: 'long' });
  const harness = ['--no-file-parallelism', 'harness/src'];
  vitest('long-energy', harness, { POWER_HARNESS_TESTS: 'long' });
} else {
  ctest(
    'firmware',
    'firmware/build',
    'no C tests were built: cmocka is missing (./bootstrap --tests installs it)',
  );
  vitest('typescript', ['--exclude', '**/*.e2e.test.ts']);
  vitest('end-to-end', ['--no-file-parallelism', 'e2e.test.ts']);
}
rmSync(scratch, { recursive: true, force: true });
const { passed, failed, skipped } = total;
for (const failure of failures) console.log(`failed: ${failure}\n`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
