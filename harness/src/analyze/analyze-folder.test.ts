import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attribute } from '../attribution/attribute.js';
import { syntheticRun, TYPICAL } from '../attribution/synthetic-run.js';
import { runCli } from '../bench/run-cli.js';
import { tablesToParquet } from '../run/tables.js';
import { analyzeFolder } from './analyze-folder.js';
import { explain } from './explain.js';
import { writeFolder } from './synthetic-folder.js';

const folder = (run = {}) => writeFolder(syntheticRun({ ...TYPICAL, ...run }));

/** Rewrites a table, its header apart. */
function rewrite(directory: string, table: string, change: (rows: string[][]) => unknown[][]) {
  const file = join(directory, `${table}.csv`);
  const [header, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
  const changed = change(rows.map((row) => row.split(',')));
  writeFileSync(file, `${[header, ...changed.map((row) => row.join(','))].join('\n')}\n`);
  return directory;
}

/** Multiplies columns of a table. */
function scaled(table: string, columns: number[], factor: number) {
  return (directory: string) =>
    rewrite(directory, table, (rows) =>
      rows.map((row) => row.map((cell, i) => (columns.includes(i) ? Number(cell) * factor : cell))),
    );
}

const shifted = (table: string, columns: number[], us: number) => (directory: string) =>
  rewrite(directory, table, (rows) =>
    rows.map((row) => row.map((cell, i) => (columns.includes(i) ? Number(cell) + us : cell))),
  );

test('a folder gives the figures of its tables, in any format', async () => {
  const input = syntheticRun(TYPICAL);
  const directory = writeFolder(input);
  const sensor = { gainRatio: 0.01, offsetWatts: 0, clockSeconds: 0 };
  const expected = attribute({ ...input, sensor }, 'auto');
  const figures = async () => (await analyzeFolder({ directory, sensor })).result;
  const asCsv = await figures();
  expect(asCsv.warnings).toEqual(expected.warnings);
  const [found] = asCsv.functions;
  const { marginal, full, invocations } = expected.functions[0]!;
  expect(found!.invocations).toBe(invocations);
  expect(found!.marginal.joules_per_invocation).toBeCloseTo(marginal.joules_per_invocation, 7);
  expect(found!.marginal.ci95.high).toBeCloseTo(marginal.ci95.high, 7);
  expect(found!.full.joules_per_invocation).toBeCloseTo(full.joules_per_invocation, 7);
  const phases = join(directory, 'phases.csv');
  writeFileSync(`${phases}.gz`, gzipSync(readFileSync(phases)));
  rmSync(phases);
  await tablesToParquet(directory);
  expect(await figures()).toEqual(asCsv);
});

test('rows in another order change nothing', async () => {
  const directory = folder({ repetitions: 2, loadSeconds: 4 });
  const { result } = await analyzeFolder({ directory });
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.integer()), async (keys) => {
      rewrite(directory, 'invocations', (rows) =>
        rows
          .map((row) => ({ row, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row),
      );
      expect((await analyzeFolder({ directory })).result).toEqual(result);
    }),
    { numRuns: 10 },
  );
});

test('without phases, load is the time in flight, and the truth lies in the interval', async () => {
  const directory = folder({ seed: 5 });
  rmSync(join(directory, 'phases.csv'));
  const { result, phasesInferred } = await analyzeFolder({ directory });
  expect(phasesInferred).toBe(true);
  expect(result.warnings.map(({ code }) => code)).toContain('PHASES_INFERRED');
  const [found] = result.functions;
  expect(found!.repetitions.length).toBe(TYPICAL.repetitions);
  expect(found!.marginal.ci95.low).toBeLessThan(TYPICAL.joulesPerInvocation);
  expect(found!.marginal.ci95.high).toBeGreaterThan(TYPICAL.joulesPerInvocation);
});

test('one long load without phases is cut into windows', async () => {
  const directory = folder({ repetitions: 1, loadSeconds: 40 });
  rmSync(join(directory, 'phases.csv'));
  const { result } = await analyzeFolder({ directory });
  expect(result.functions[0]!.repetitions.length).toBe(6);
});

test('the command: tables, an explanation, nothing written', async () => {
  const directory = folder();
  const state = () =>
    readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mtimeMs]);
  const before = state();
  const { code, stdout, stderr } = await runCli(['analyze', directory]);
  expect([code, stderr]).toEqual([0, '']);
  expect(state()).toEqual(before);
  const steady = stdout.replace(/^Run .*$/m, 'Run NAME').replaceAll(/\d+(\.\d+)?/g, '#');
  await expect(steady).toMatchFileSnapshot('__golden__/analyze.txt');
});

test('the command: --json is as the schema of result.json says', async () => {
  const { code, stdout } = await runCli(['analyze', folder(), '--json', '--sensor', 'ina3221']);
  expect(code).toBe(0);
  const schema = join(import.meta.dirname, '../../schemas/result.schema.json');
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
  expect(validate(JSON.parse(stdout)) || validate.errors).toBe(true);
});

describe('data that is wrong ends with its exit code, and a word of what to do', () => {
  const DAY_US = 86_400e6;
  test.each<[string, (directory: string) => string, number, string, string]>([
    ['times in s', scaled('samples', [1], 1e-6), 4, 'UNITS_SUSPECT', 'time_us seems to be in s'],
    [
      'times in ms',
      scaled('invocations', [2, 3], 1e-3),
      4,
      'UNITS_SUSPECT',
      'invocations.csv: start_us seems to be in ms, not in µs',
    ],
    [
      'times in ns',
      scaled('phases', [2, 3], 1e3),
      4,
      'UNITS_SUSPECT',
      'start_us seems to be in ns',
    ],
    ['mJ', scaled('samples', [2], 1e3), 4, 'UNITS_SUSPECT', 'energy_joules in mJ would make it 2.'],
    ['µJ', scaled('samples', [2], 1e6), 4, 'UNITS_SUSPECT', 'energy_joules in µJ would make it 2.'],
    ['Wh', scaled('samples', [2], 1 / 3600), 4, 'UNITS_SUSPECT', 'in Wh would make it 2.'],
    ['no energy', scaled('samples', [2], 0), 4, 'NO_ENERGY', 'never rise'],
    [
      'clocks a day apart',
      shifted('invocations', [2, 3], DAY_US),
      4,
      'CLOCKS_APART',
      'samples.csv ends 24.0 hours before',
    ],
    [
      'phases of another day',
      shifted('phases', [2, 3], -3 * DAY_US),
      4,
      'CLOCKS_APART',
      '3.0 days',
    ],
    [
      'all failed',
      (directory) =>
        rewrite(directory, 'invocations', (rows) =>
          rows.map((row, i) => row.with(4, i % 3 ? '500' : '0')),
        ),
      4,
      'ALL_FAILED',
      'status is 500 (',
    ],
    [
      'an unknown node',
      (directory) =>
        rewrite(directory, 'invocations', (rows) => rows.map((row) => row.with(1, 'mars'))),
      2,
      'NODE_UNKNOWN',
      'node mars is not in',
    ],
    [
      'times not increasing',
      (directory) => rewrite(directory, 'samples', (rows) => [...rows.slice(0, 9), ...rows]),
      2,
      'TIMES_NOT_INCREASING',
      'samples.csv, row 10: time_us',
    ],
    [
      'an empty table',
      (directory) => rewrite(directory, 'invocations', () => []),
      2,
      'TABLE_EMPTY',
      'invocations.csv has no rows',
    ],
    [
      'no folder',
      (directory) => join(directory, 'none'),
      2,
      'FOLDER_UNKNOWN',
      'There is no folder',
    ],
  ])(
    '%s',
    async (_, spoil, exitCode, code, message) => {
      const directory = spoil(folder({ repetitions: 2, loadSeconds: 3 }));
      const run = await runCli(['analyze', directory, '--json']);
      expect(JSON.parse(run.stdout)).toMatchObject({
        error: {
          code,
          message: expect.stringContaining(message) as string,
          hint: expect.stringMatching(/./) as string,
          exit_code: exitCode,
        },
      });
      expect(run.code).toBe(exitCode);
    },
    20_000,
  );

  test('units that are right, however they look', async () => {
    const directory = scaled('samples', [2], 1e3)(folder());
    const { result } = await analyzeFolder({ directory, trustUnits: true });
    expect(result.functions[0]!.marginal.joules_per_invocation).toBeGreaterThan(40);
  });
});

describe('the explanation', () => {
  const said = async (run: object, change = (directory: string) => directory) =>
    explain(await analyzeFolder({ directory: change(folder(run)) }));

  test('is three to eight lines', async () => {
    const lines = (await said({})).split('\n').slice(1);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines.length).toBeLessThanOrEqual(8);
  });

  test('tells what widens the interval', async () => {
    expect(await said({ repetitionScatter: 0.1 })).toContain(
      'interval is chance, as 6 repetitions',
    );
    expect(await said({ repetitionScatter: 0, noiseWatts: 0 })).toContain('calibration narrows it');
  });

  test('tells what was left out', async () => {
    const failing = (directory: string) =>
      rewrite(directory, 'invocations', (rows) =>
        rows.map((row, i) => (i === 400 ? row.with(4, '503') : row)),
      );
    expect(await said({}, failing)).toMatch(/invocations count: 1 failed .*, \d+ were in warm-up/);
  });

  test('tells when there is nothing to tell', async () => {
    const text = await said({ joulesPerInvocation: 1e-6, repetitionScatter: 0 });
    expect(text).toContain('too little to be told from nothing');
    expect(await said({ repetitions: 1 })).toContain('There is no figure');
  });
});
