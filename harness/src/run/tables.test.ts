import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { AppendTable } from './append-table.js';
import { readTruth } from './read-truth.js';
import { readTables, tablesToParquet } from './tables.js';

const scratch = () => mkdtempSync(join(tmpdir(), 'tables-'));

function written(): string {
  const directory = scratch();
  const samples = AppendTable.create(directory, 'samples');
  samples.append([
    ['b', 2_000_000_000_000_001, 0.25, 0, 0, 0, 0],
    ['a', 1_795_435_200_000_000, 1.5, 2, 1000, 3, 4],
    ['a', 1_795_435_200_100_000, 1.75, 0, 1000, 3, 4],
  ]);
  samples.close();
  const invocations = AppendTable.create(directory, 'invocations');
  invocations.append([
    ['f', 'a', 20, 30, 200, 'f-1-1'],
    ['odd, "name"', 'a', 10, 15, 0, ''],
  ]);
  invocations.close();
  const cpu = AppendTable.create(directory, 'cpu');
  cpu.append([['a', 10, 'function:f', 0.5]]);
  cpu.close();
  writeFileSync(
    join(directory, 'phases.csv'),
    'phase,repetition,start_us,end_us,function\nidle,0,1,2,\nload,1,2,3,f\n',
  );
  return directory;
}

test('what was appended reads the same as CSV and as Parquet', async () => {
  const directory = written();
  const asCsv = await readTables(directory);
  await tablesToParquet(directory);
  expect(readdirSync(directory).sort()).toEqual([
    'cpu.parquet',
    'invocations.parquet',
    'phases.csv',
    'samples.parquet',
  ]);
  const asParquet = await readTables(directory);
  expect(asParquet).toEqual(asCsv);
  expect(asParquet).toEqual({
    samples: [
      {
        node: 'a',
        timeUs: Float64Array.of(1_795_435_200_000_000, 1_795_435_200_100_000),
        energyJoules: Float64Array.of(1.5, 1.75),
        gapUs: Float64Array.of(1000, 1000),
        overrangeSamples: Float64Array.of(4, 4),
      },
      {
        node: 'b',
        timeUs: Float64Array.of(2_000_000_000_000_001),
        energyJoules: Float64Array.of(0.25),
        gapUs: Float64Array.of(0),
        overrangeSamples: Float64Array.of(0),
      },
    ],
    invocations: {
      functions: ['f', 'odd, "name"'],
      nodes: ['a'],
      functionIndex: Uint16Array.of(1, 0),
      nodeIndex: Uint16Array.of(0, 0),
      startUs: Float64Array.of(10, 20),
      endUs: Float64Array.of(15, 30),
      status: Uint16Array.of(0, 200),
    },
    phases: [
      { phase: 'idle', repetition: 0, startUs: 1, endUs: 2 },
      { phase: 'load', repetition: 1, startUs: 2, endUs: 3, function: 'f' },
    ],
    cpu: [
      {
        node: 'a',
        entity: 'function:f',
        timeUs: Float64Array.of(10),
        cpuSeconds: Float64Array.of(0.5),
      },
    ],
  });
  await tablesToParquet(directory); // nothing is left to do
});

test('a bare folder with the columns of the design page is enough', async () => {
  const directory = scratch();
  const put = (name: string, text: string) => writeFileSync(join(directory, name), gzipSync(text));
  put('samples.csv.gz', 'node,time_us,energy_joules\nn,1,0\nn,2,1\n');
  put('invocations.csv.gz', 'function,node,start_us,end_us,status\nf,n,1,2,200\n');
  const tables = await readTables(directory);
  expect(tables.samples[0]).toEqual({
    node: 'n',
    timeUs: Float64Array.of(1, 2),
    energyJoules: Float64Array.of(0, 1),
  });
  expect([tables.phases, tables.cpu]).toEqual([[], []]);
});

test('errors name the file and what is wrong with it', async () => {
  const expectCode = (directory: string, code: string, message: string) =>
    expect(readTables(directory)).rejects.toThrow(
      expect.objectContaining({
        code,
        exitCode: 2,
        message: expect.stringContaining(message) as string,
      }),
    );
  await expectCode(scratch(), 'TABLE_MISSING', 'no samples table');
  const directory = written();
  writeFileSync(join(directory, 'samples.csv'), 'node,time,energy_joules\nn,1,0\n');
  await expectCode(directory, 'TABLE_COLUMNS', 'no column time_us');
  writeFileSync(join(directory, 'samples.csv'), 'node,time_us,energy_joules\nn,soon,0\n');
  await expectCode(directory, 'TABLE_DAMAGED', 'soon');
  writeFileSync(join(directory, 'samples.parquet'), 'PAR1 no parquet');
  await expectCode(directory, 'TABLE_DAMAGED', 'samples.parquet');
});

test("a twin's truth is read by channel, its sources summed", async () => {
  const file = join(scratch(), 'truth.csv');
  writeFileSync(
    file,
    'time_us,channel,source,energy_joules,cpu_seconds\n' +
      '1,1,idle,0,0\n1,1,cpu,0,0\n2,1,idle,2,0\n2,1,cpu,0.5,0.1\n2,2,constant,9,0\n',
  );
  expect(await readTruth(file)).toEqual([
    { timeUs: Float64Array.of(1, 2), energyJoules: Float64Array.of(0, 2.5) },
    { timeUs: Float64Array.of(2), energyJoules: Float64Array.of(9) },
  ]);
  expect(await readTruth(join(scratch(), 'none.csv'))).toEqual([]);
});
