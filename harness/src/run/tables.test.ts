import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { AppendTable } from './append-table.js';
import { readTruth, readTruthBySource } from './read-truth.js';
import { readTables, tablesToParquet } from './tables.js';

const literally = (text: string) => text.replaceAll(/[^\w ]/g, '\\$&');
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

test('tables that have no row yet, as when a run was cut off, are read', async () => {
  const directory = scratch();
  writeFileSync(join(directory, 'samples.csv'), SAMPLES);
  writeFileSync(join(directory, 'invocations.csv'), INVOCATIONS);
  writeFileSync(join(directory, 'phases.csv'), PHASES);
  writeFileSync(join(directory, 'cpu.csv'), CPU);
  const { samples, invocations, phases, cpu } = await readTables(directory);
  expect([samples, phases, cpu]).toEqual([[], [], []]);
  expect(invocations).toMatchObject({ functions: [], startUs: new Float64Array(0) });
});

test('where one node was measured, rows need not name it', async () => {
  const directory = scratch();
  writeFileSync(join(directory, 'samples.csv'), 'time_us,energy_joules\n1,0\n2,1\n');
  const invocations = join(directory, 'invocations.csv');
  writeFileSync(invocations, 'function,start_us,end_us,status\nf,1,2,200\n');
  const nodes = ({ samples, invocations: own }: Awaited<ReturnType<typeof readTables>>) => [
    samples.map(({ node }) => node),
    own.nodes,
  ];
  expect(nodes(await readTables(directory))).toEqual([['node'], ['node']]);
  writeFileSync(invocations, 'function,start_us,end_us,status,node\nf,1,2,200,pi\n');
  expect(nodes(await readTables(directory))).toEqual([['pi'], ['pi']]);
  writeFileSync(join(directory, 'samples.csv'), 'node,time_us,energy_joules\na,1,0\nb,2,1\n');
  writeFileSync(invocations, 'function,start_us,end_us,status\nf,1,2,200\n');
  expect(nodes(await readTables(directory))).toEqual([['a', 'b'], ['']]);
});

test('series side by side come apart, invocations by their start, then by their end', async () => {
  const directory = written();
  writeFileSync(
    join(directory, 'samples.csv'),
    'time_us,node,energy_joules\n1,b,0\n1,a,5\n2,b,1\n3,a,6\n3,b,2\n',
  );
  writeFileSync(
    join(directory, 'invocations.csv'),
    'function,node,start_us,end_us,status\nf,a,7,9,200\ng,a,7,8,500\nf,b,2,9,0\n',
  );
  writeFileSync(
    join(directory, 'cpu.csv'),
    'node,time_us,entity,cpu_seconds\na,1,platform,0\na,1,function:f,3\na,2,platform,1\n',
  );
  const { samples, invocations, cpu } = await readTables(directory);
  expect(samples).toEqual([
    { node: 'a', timeUs: Float64Array.of(1, 3), energyJoules: Float64Array.of(5, 6) },
    { node: 'b', timeUs: Float64Array.of(1, 2, 3), energyJoules: Float64Array.of(0, 1, 2) },
  ]);
  expect([invocations.startUs, invocations.status, invocations.functionIndex]).toEqual([
    Float64Array.of(2, 7, 7),
    Uint16Array.of(0, 500, 200),
    Uint16Array.of(0, 1, 0),
  ]);
  expect(cpu.map(({ entity, cpuSeconds }) => [entity, ...cpuSeconds])).toEqual([
    ['function:f', 3],
    ['platform', 0, 1],
  ]);
});

const SAMPLES = 'node,time_us,energy_joules\n';
const INVOCATIONS = 'function,node,start_us,end_us,status\n';
const PHASES = 'phase,repetition,start_us,end_us\n';
const CPU = 'node,time_us,entity,cpu_seconds\n';

test.each([
  ['samples.csv', '', 'TABLE_DAMAGED', 'it is empty'],
  ['samples.csv', 'node,time,energy_joules\nn,1,0\n', 'TABLE_COLUMNS', 'no column time_us; it has'],
  ['samples.csv', `${SAMPLES}n,soon,0\n`, 'CELL_NO_NUMBER', "row 1: time_us 'soon' is no number"],
  ['samples.csv', `${SAMPLES}n,1,0\nn,2,\n`, 'CELL_NO_NUMBER', 'row 2: energy_joules empty is no'],
  ['samples.csv', `${SAMPLES}n,1,NaN\n`, 'CELL_NO_NUMBER', "row 1: energy_joules 'NaN' is no"],
  ['samples.csv', `${SAMPLES}n,1,inf\n`, 'CELL_NO_NUMBER', "row 1: energy_joules 'inf' is no"],
  [
    'samples.csv',
    `${SAMPLES}n,1,0\nn,2\n`,
    'TABLE_DAMAGED',
    'Line: 3; Original Line: n,2; Expected',
  ],
  [
    'samples.csv',
    `${SAMPLES}a,5,0\nb,1,0\nb,2,1\na,5,1\n`,
    'TIMES_NOT_INCREASING',
    "row 4: time_us '5' is not after the row before it (5)",
  ],
  ['samples.csv', `${SAMPLES}n,1,-2\n`, 'ENERGY_NEGATIVE', "row 1: energy_joules '-2' is negative"],
  ['samples.csv', `${SAMPLES}n,1,3\nn,2,1\n`, 'ENERGY_FALLS', "row 2: energy_joules '1' is less"],
  [
    'invocations.csv',
    `${INVOCATIONS}f,n,1,2,200\nf,n,5,3,200\n`,
    'ENDS_BEFORE_START',
    "row 2: end_us '3' is before its start_us (5)",
  ],
  ['invocations.csv', `${INVOCATIONS}f,n,1,2,ok\n`, 'STATUS_UNKNOWN', "row 1: status 'ok' is no"],
  ['invocations.csv', `${INVOCATIONS}f,n,1,2,-1\n`, 'STATUS_UNKNOWN', "row 1: status '-1' is no"],
  ['invocations.csv', `${INVOCATIONS}f,n,,2,200\n`, 'CELL_NO_NUMBER', 'row 1: start_us empty'],
  ['phases.csv', `${PHASES}idle,0,1,2\nrest,1,2,3\n`, 'PHASE_UNKNOWN', "row 2: phase 'rest' is no"],
  ['phases.csv', `${PHASES}idle,0,3,2\n`, 'ENDS_BEFORE_START', "row 1: end_us '2' is before"],
  ['cpu.csv', `${CPU}n,1,platform,much\n`, 'CELL_NO_NUMBER', "row 1: cpu_seconds 'much' is no"],
])('a bad %s: %j', async (file, text, code, message) => {
  const directory = written();
  const put = (name: string, data: string | Buffer) => writeFileSync(join(directory, name), data);
  const refusal = (name: string) =>
    expect(readTables(directory)).rejects.toThrow(
      expect.objectContaining({
        code,
        exitCode: 2,
        message: expect.stringMatching(
          new RegExp(`${literally(join(directory, name))}.*${literally(message)}`),
        ) as string,
      }),
    );
  put(file, text);
  await refusal(file);
  put(`${file}.gz`, gzipSync(text));
  await refusal(`${file}.gz`);
});

test.each(['samples', 'invocations'])('a file of %s that is no such file', async (name) => {
  const directory = written();
  const rows = Array.from({ length: 20_000 }, (_, i) => `n,${i + 1},${i * 0.37}\n`).join('');
  const whole = gzipSync(`${SAMPLES}${rows}`);
  const refusal = (file: string, message: string) =>
    expect(readTables(directory)).rejects.toThrow(
      expect.objectContaining({
        code: 'TABLE_DAMAGED',
        message: expect.stringContaining(`${file} can't be read: ${message}`) as string,
      }),
    );
  const put = (file: string, data: string | Buffer) => writeFileSync(join(directory, file), data);
  put(`${name}.csv.gz`, whole.subarray(0, whole.length / 2));
  await refusal(`${name}.csv.gz`, 'unexpected end of file');
  put(`${name}.csv.gz`, 'no gzip');
  await refusal(`${name}.csv.gz`, 'incorrect header check');
  put(`${name}.parquet`, 'PAR1 no parquet');
  await refusal(`${name}.parquet`, 'Invalid Input Error');
});

test('tables that grow meanwhile read as far as they were there, as --precision reads them', async () => {
  const directory = scratch();
  const [samples, invocations, cpu] = (['samples', 'invocations', 'cpu'] as const).map((name) =>
    AppendTable.create(directory, name),
  ) as [AppendTable, AppendTable, AppendTable];
  invocations.append([['f', 'a', 20, 30, 200, 'f-1-1']]);
  let next = 0;
  const grow = () => {
    samples.append([['a', 1_795_435_201_000_000 + next, 2 + next, 0, 1000, 3, 4]]);
    cpu.append([['a', 20 + next, 'function:f', 0.5 + next]]);
    next++;
  };
  grow();
  const growing = setInterval(grow, 0);
  try {
    for (let reads = 0; reads < 5; reads++) {
      const { samples: read } = await readTables(directory);
      const { timeUs, energyJoules, gapUs } = read.find(({ node }) => node === 'a')!;
      expect([energyJoules.length, gapUs?.length]).toEqual([timeUs.length, timeUs.length]);
    }
  } finally {
    clearInterval(growing);
  }
  expect(next).toBeGreaterThan(5);
});

test('a folder without a table', async () => {
  await expect(readTables(scratch())).rejects.toThrow('has no samples table');
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
  expect(await readTruthBySource(file, 1, ['cpu', 'cpu2'])).toEqual(
    new Map([['cpu', { timeUs: Float64Array.of(1, 2), energyJoules: Float64Array.of(0, 0.5) }]]),
  );
});
