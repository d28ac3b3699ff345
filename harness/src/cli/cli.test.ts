import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { runCli, scratch } from '../bench/run-cli.js';

const errorSchema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../schemas/error.schema.json'), 'utf8'),
) as object;

describe.concurrent('help', () => {
  test.for([
    ['--help', 'power-harness'],
    ['bench --help', 'bench'],
    ['analyze --help', 'analyze'],
    ['compare --help', 'compare'],
    ['report --help', 'report'],
    ['dashboards install --help', 'dashboards-install'],
    ['validate --help', 'validate'],
    ['runs list --help', 'runs-list'],
    ['runs push --help', 'runs-push'],
    ['runs show --help', 'runs-show'],
    ['target check --help', 'target-check'],
    ['cluster up --help', 'cluster-up'],
    ['cluster down --help', 'cluster-down'],
    ['meter calibrate --help', 'meter-calibrate'],
    ['meter watch --help', 'meter-watch'],
    ['meter twin --help', 'meter-twin'],
  ] as const)('%s', async ([line, file], { expect }) => {
    const { code, stdout, stderr } = await runCli(line.split(' '));
    expect([code, stderr]).toEqual([0, '']);
    const steady = stdout.replace(/power-harness\/\S+ \S+ node-\S+/, 'power-harness/VERSION');
    await expect(steady).toMatchFileSnapshot(`__golden__/${file}.txt`);
  });

  test('the version, by flag', async () => {
    expect((await runCli(['--version'])).stdout).toMatch(/^power-harness\/\d+\.\d+\.\d+ /);
  });
});

describe.concurrent('what is wrong is named, with an exit code of the list', () => {
  test.each([
    [['bnch'], 2, 'bnch is not a power-harness command'],
    [['bench'], 2, 'Missing 1 required arg'],
    [['bench', 'analyse-sentence'], 2, "There is no function 'analyse-sentence'"],
    [['bench', 'sleep', '--rate', 'fast'], 2, '--rate takes a number of requests per second'],
    [['bench', 'sleep', '--rate', '0'], 2, 'from 0.01'],
    [['bench', 'sleep', '--repetitions', '2.5'], 2, '--repetitions takes a whole number'],
    [['bench', 'sleep', '--duration', '-1'], 2, '--duration takes a number of seconds from 1'],
    [['bench', 'sleep', '--method', 'guess'], 2, '--method=guess'],
    [['bench', 'sleep', '--nonsense'], 2, 'Nonexistent flag'],
    [['bench', 'sleep', '--target', 'mars'], 2, "There is no target 'mars'"],
    [['bench', 'sleep', '--gateway', 'mars'], 2, "'mars' is no http address"],
    [['bench', 'sleep', '--config', 'none.yaml'], 2, 'There is no config file none.yaml'],
    [
      ['bench', 'sleep', '--meters', 'none.yaml', '--gateway', 'http://127.0.0.1:9'],
      2,
      'There is no meters file none.yaml',
    ],
    [['bench', 'sleep', '--stack', 'none.yml'], 2, 'none.yml'],
    [['bench', 'sleep', '--prometheus', 'mars'], 2, "'mars' is no http address"],
    [['bench', 'sleep', '--twin-options', 'gain'], 2, '--twin-options takes pairs'],
    [['bench', 'sleep', '--out', '/proc/a/runs'], 2, "Can't write to /proc/a/runs"],
    [['bench', 'sleep', '--gateway', 'http://127.0.0.1:9'], 5, "can't be reached"],
    [['meter', 'watch', '127.0.0.1:9'], 7, 'Nothing comes from 127.0.0.1:9'],
    [['meter', 'watch', 'a b'], 2, 'is no HOST or HOST:PORT'],
    [['meter', 'watch', 'localhost', '--channels', '7'], 2, '--channels takes numbers from 1 to 6'],
    [['meter', 'calibrate', 'm', '--channel', '7', '--reset'], 2, '--channel takes a whole number'],
    [['meter', 'calibrate', 'm', '--channel', '1'], 2, 'Exactly one of'],
    [
      ['meter', 'calibrate', 'm', '--channel', '1', '--amperes', '1,1'],
      2,
      'two different currents',
    ],
    [['meter', 'calibrate', '127.0.0.1:9', '--channel', '1', '--reset'], 7, 'Nothing comes from'],
    [['analyze', 'none'], 2, 'There is no folder none'],
    [['analyze', '.', '--sensor', 'ruler'], 2, '--sensor takes one of ina3221-calibrated'],
    [['compare', 'one'], 2, 'Missing 1 required arg'],
    [['validate', '--class', 'five'], 2, "No class of runs is called like 'five'"],
    [['validate', '--runs', '0'], 2, '--runs takes a whole number of runs from 1'],
    [['report', 'none'], 2, "There is no run 'none'"],
    [['runs', 'show', 'none'], 2, "There is no run 'none'"],
  ])(
    '%j',
    async (args, exitCode, message) => {
      const plainly = await runCli(args);
      expect([plainly.code, plainly.stdout]).toEqual([exitCode, '']);
      expect(plainly.stderr).toContain(message);
      expect(plainly.stderr).not.toMatch(/\n\s+at /);
    },
    20_000,
  );

  test.each([
    [['bench', 'analyse-sentence'], 'FUNCTION_UNKNOWN', 2],
    [['bench', 'sleep', '--nonsense'], 'USAGE', 2],
    [['bench', 'sleep', '--gateway', 'http://127.0.0.1:9', '--quiet'], 'TARGET_NOT_READY', 5],
    [['meter', 'watch', '127.0.0.1:9'], 'METER_SILENT', 7],
  ])(
    '%j --json is one document on stdout',
    async (args, code, exitCode) => {
      const run = await runCli([...args, '--json']);
      const document: unknown = JSON.parse(run.stdout);
      const validate = new Ajv2020().compile(errorSchema);
      expect(validate(document) || validate.errors).toBe(true);
      expect(document).toMatchObject({ error: { code, exit_code: exitCode } });
      expect(run.code).toBe(exitCode);
    },
    20_000,
  );

  test('an unknown function: which exist, and which is the nearest', async () => {
    const { stderr } = await runCli(['bench', 'analyse-sentence']);
    expect(stderr).toContain('analyze-sentence, matrix-multiply, compress, sleep');
    expect(stderr).toContain('Did you mean analyze-sentence?');
  });

  test('a meters file that is wrong', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'meters.yaml'), 'meters:\n  - name: a\n');
    const { code, stderr } = await runCli(['bench', 'sleep', '--meters', 'meters.yaml'], directory);
    expect(code).toBe(2);
    expect(stderr).toContain('meters.yaml:2: ');
  });

  test('a config file that is wrong', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'power-harness.yaml'), 'bench:\n  rat: 5\n');
    const { code, stderr } = await runCli(['bench', 'sleep'], directory);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "power-harness.yaml: /bench must NOT have additional properties ('rat')",
    );
  });
});

test('target check asks whether Prometheus takes a run', async () => {
  const { code, stdout } = await runCli(['target', 'check', '--prometheus', 'http://127.0.0.1:9']);
  expect(code).toBe(5);
  expect(stdout).toMatch(
    /^FAIL {2}remote write +http:\/\/127.0.0.1:9\/api\/v1\/write can't be reached: /m,
  );
});

describe('runs', () => {
  test('one bad folder does not hide the others', async () => {
    const directory = scratch();
    const write = (name: string, text: string) => {
      mkdirSync(join(directory, 'runs', name), { recursive: true });
      writeFileSync(join(directory, 'runs', name, 'run.json'), text);
    };
    write('1-damaged', '{');
    write('2-newer', '{"schema": 99}');
    const { code, stdout } = await runCli(['runs', 'list'], directory);
    expect([code, stdout]).toEqual([0, '1-damaged  damaged\n2-newer  of a newer version\n']);
    const shown = await runCli(['runs', 'show', '2-newer', '--json'], directory);
    expect([shown.code, JSON.parse(shown.stdout)]).toEqual([
      2,
      expect.objectContaining({ error: expect.objectContaining({ code: 'RUN_NEWER' }) as unknown }),
    ]);
  });

  test('no runs are said to be none', async () => {
    expect(await runCli(['runs', 'list'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'There are no runs in runs.\n',
    });
  });
});
