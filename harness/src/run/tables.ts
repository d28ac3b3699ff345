import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  PHASES,
  type AttributionInput,
  type EntityCpu,
  type Invocations,
  type NodeSamples,
  type Phase,
  type PhaseName,
} from '../attribution/input.js';
import { UsageError } from '../errors.js';
import { Database, identifier, literal } from './database.js';
import {
  energyFault,
  numberFault,
  spanFault,
  statusFault,
  timeFault,
  type RowFault,
} from './row-fault.js';
import { sortedByStart } from '../attribution/sort-invocations.js';
import { splitSeries } from './split-series.js';
import {
  assertWhole,
  cellText,
  findTable,
  openTable,
  readingFile,
  type TableFile,
} from './table-file.js';
import { COLUMN_TYPES, TABLE_COLUMNS, type TableName } from './table-names.js';

/** The run directory's tables, as attribution takes them. */
export type RunTables = Omit<AttributionInput, 'sensor'>;

/** Of a node where the tables of a folder don't name it. */
const ONLY_NODE = 'node';

/**
 * Reads a run directory, or a bare folder with the same tables. Phases and CPU may be absent; `node` may, where one
 * node was measured. Invocations come in the order of their start.
 * @throws UsageError naming the file and what is wrong with it: column, row, cell
 */
export function readTables(directory: string): Promise<RunTables> {
  return Database.with(async (database) => {
    const reading = <T>(table: TableFile, read: (reader: TableReader) => Promise<T>) =>
      readWhole(table, () => read(new TableReader(database, table)));
    const samplesTable = await openTable(database, directory, 'samples');
    const invocationsTable = await openTable(database, directory, 'invocations');
    const phasesTable = await findTable(database, directory, 'phases');
    const cpuTable = await findTable(database, directory, 'cpu');
    const samples = await reading(samplesTable, readSamples);
    const invocations = await reading(invocationsTable, readInvocations);
    const phases = phasesTable ? await reading(phasesTable, readPhases) : [];
    const cpu = cpuTable ? await reading(cpuTable, readCpu) : [];
    return nameOnlyNode({ samples, invocations, phases, cpu });
  });
}

/** Turns the CSV tables of a finished run into Parquet; a table that is Parquet already stays. */
export async function tablesToParquet(directory: string): Promise<void> {
  await Database.with(async (database) => {
    for (const name of Object.keys(TABLE_COLUMNS) as TableName[]) {
      const csv = join(directory, `${name}.csv`);
      if (!existsSync(csv)) continue;
      const table = await openTable(database, directory, name);
      const columns = [...table.columns].map(
        (column) =>
          `CAST(${identifier(column)} AS ${COLUMN_TYPES[column] ?? 'VARCHAR'}) AS ${identifier(column)}`,
      );
      const target = join(directory, `${name}.parquet`);
      const draft = `${target}.new`;
      await readingFile(table.file, () =>
        database.run(
          `COPY (SELECT ${columns.join(', ')} FROM ${table.from})
           TO ${literal(draft)} (FORMAT parquet, COMPRESSION zstd)`,
        ),
      );
      await rename(draft, target);
      await rm(csv);
    }
  });
}

/** What the file says of itself comes before what its rows say. */
function readWhole<T>({ file }: TableFile, read: () => Promise<T>): Promise<T> {
  return readingFile(file, async () => {
    const [whole, rows] = await Promise.allSettled([assertWhole(file), read()]);
    if (whole.status === 'rejected') throw whole.reason;
    if (rows.status === 'rejected') throw rows.reason;
    return rows.value;
  });
}

/** Reads one table. */
class TableReader {
  constructor(
    readonly database: Database,
    readonly table: TableFile,
  ) {}

  has(column: string): boolean {
    return this.table.columns.has(column);
  }

  /** The number of rows, and the distinct values of text columns, in order. */
  async outline(...columns: string[]): Promise<{ count: number; values: string[][] }> {
    const lists = columns.map((column) => `, list_sort(list(DISTINCT ${this.text(column)}))`);
    const [[count, ...values] = []] = await this.database.rows(
      `SELECT count(*)${lists.join('')} FROM ${this.table.from}`,
    );
    return { count: Number(count), values: values.map((list) => (list ?? []) as string[]) };
  }

  /** SQL of a text column; empty where the table has none. */
  text(column: string): string {
    return this.has(column) ? `coalesce(CAST(${identifier(column)} AS VARCHAR), '')` : `''`;
  }

  /** SQL of the position of a text in `values`. */
  index(values: readonly string[], column: string): string {
    if (values.length < 2) return '0::USMALLINT';
    const list = values.map(literal).join(', ');
    return `(list_position([${list}]::VARCHAR[], ${this.text(column)}) - 1)::USMALLINT`;
  }

  /** SQL of a number; NaN where it is none. */
  number(column: string): string {
    return `coalesce(TRY_CAST(${identifier(column)} AS DOUBLE), 'nan'::DOUBLE)`;
  }

  /** Of the first `count` rows: a table of a run that goes on is a CSV file, and grows while it is read. */
  columns: Database['columns'] = (expressions, types, count) => {
    const limit = this.table.file.endsWith('.csv') ? ` LIMIT ${count}` : '';
    return this.database.columns(
      `SELECT ${expressions} FROM ${this.table.from}${limit}`,
      types,
      count,
    );
  };

  /** @throws UsageError of the first fault */
  async refuse(...faults: (RowFault | undefined)[]): Promise<void> {
    const fault = faults.find((each) => each !== undefined);
    if (!fault) return;
    const { code, column, row, what, hint } = fault;
    const cell = await cellText(this.database, this.table, column, row);
    throw new UsageError(
      code,
      `${this.table.file}, row ${row + 1}: ${column} ${cell} ${what}.`,
      hint,
    );
  }
}

async function readSamples(reader: TableReader): Promise<NodeSamples[]> {
  const { count, values } = await reader.outline('node');
  const [nodes] = values;
  const [nodeIndex, timeUs, energyJoules] = await reader.columns(
    `${reader.index(nodes!, 'node')}, ${reader.number('time_us')}, ${reader.number('energy_joules')}`,
    ['USMALLINT', 'DOUBLE', 'DOUBLE'],
    count,
  );
  await reader.refuse(
    numberFault({ time_us: timeUs, energy_joules: energyJoules }),
    timeFault(nodeIndex, timeUs),
    energyFault(nodeIndex, energyJoules),
  );
  const optional: Partial<Record<'gapUs' | 'overrangeSamples', Float64Array>> = {};
  for (const [key, column] of [
    ['gapUs', 'gap_us'],
    ['overrangeSamples', 'overrange_samples'],
  ] as const) {
    if (!reader.has(column)) continue;
    const [numbers] = await reader.columns(reader.number(column), ['DOUBLE'], count);
    await reader.refuse(numberFault({ [column]: numbers }));
    optional[key] = numbers;
  }
  return splitSeries(nodeIndex, nodes!.length, { timeUs, energyJoules, ...optional }).map(
    (series, i) => ({ node: nodes![i]!, ...series }),
  );
}

async function readInvocations(reader: TableReader): Promise<Invocations> {
  const { count, values } = await reader.outline('function', 'node');
  const [functions, nodes] = values as [string[], string[]];
  const [functionIndex, nodeIndex, startUs, endUs, status] = await reader.columns(
    `${reader.index(functions, 'function')}, ${reader.index(nodes, 'node')}, ${reader.number('start_us')},
     ${reader.number('end_us')}, coalesce(TRY_CAST(status AS USMALLINT), 65535::USMALLINT)`,
    ['USMALLINT', 'USMALLINT', 'DOUBLE', 'DOUBLE', 'USMALLINT'],
    count,
  );
  await reader.refuse(
    numberFault({ start_us: startUs, end_us: endUs }),
    spanFault(startUs, endUs),
    statusFault(status),
  );
  return sortedByStart({ functions, nodes, functionIndex, nodeIndex, startUs, endUs, status });
}

async function readCpu(reader: TableReader): Promise<EntityCpu[]> {
  const pairs = `${reader.text('node')}, ${reader.text('entity')}`;
  const rows = await reader.database.rows(
    `SELECT ${pairs}, count(*) FROM ${reader.table.from} GROUP BY ALL ORDER BY ALL`,
  );
  const series = rows.map(
    ([node, entity]) => ({ node, entity }) as { node: string; entity: string },
  );
  const key = `(${reader.text('node')} || chr(0) || ${reader.text('entity')})`;
  const keys = series.map(({ node, entity }) => `${literal(node)} || chr(0) || ${literal(entity)}`);
  const [index, timeUs, cpuSeconds] = await reader.columns(
    `(list_position([${keys.join(', ')}]::VARCHAR[], ${key}) - 1)::USMALLINT, ${reader.number('time_us')},
     ${reader.number('cpu_seconds')}`,
    ['USMALLINT', 'DOUBLE', 'DOUBLE'],
    rows.reduce((sum, [, , count]) => sum + Number(count), 0),
  );
  await reader.refuse(
    numberFault({ time_us: timeUs, cpu_seconds: cpuSeconds }),
    timeFault(index, timeUs),
  );
  return splitSeries(index, series.length, { timeUs, cpuSeconds }).map((columns, i) => ({
    ...series[i]!,
    ...columns,
  }));
}

async function readPhases(reader: TableReader): Promise<Phase[]> {
  const { database, table } = reader;
  const rows = await database.rows(
    `SELECT ${reader.text('phase')}, ${reader.number('repetition')}, ${reader.number('start_us')},
     ${reader.number('end_us')}, ${reader.text('function')} FROM ${table.from}`,
  );
  const column = (index: number) => Float64Array.from(rows, (row) => row[index] as number);
  const [repetition, startUs, endUs] = [column(1), column(2), column(3)];
  const unknown = rows.findIndex(([phase]) => !PHASES.includes(phase as PhaseName));
  await reader.refuse(
    unknown < 0
      ? undefined
      : {
          code: 'PHASE_UNKNOWN',
          column: 'phase',
          row: unknown,
          what: 'is no phase',
          hint: `There are: ${PHASES.join(', ')}.`,
        },
    numberFault({ repetition, start_us: startUs, end_us: endUs }),
    spanFault(startUs, endUs),
  );
  return rows.map(([phase, , , , of], i) => ({
    phase: phase as PhaseName,
    repetition: repetition[i]!,
    startUs: startUs[i]!,
    endUs: endUs[i]!,
    ...(of ? { function: of as string } : {}),
  }));
}

/** Where one node was measured, rows that name none are of it. */
function nameOnlyNode(tables: RunTables): RunTables {
  const { samples, invocations, cpu } = tables;
  if (samples.length !== 1) return tables;
  const [only] = samples;
  const others = invocations.nodes.filter((node) => node !== '');
  const name = only!.node || (others.length === 1 ? others[0]! : ONLY_NODE);
  const named = (node: string) => node || name;
  only!.node = name;
  for (const each of cpu) each.node = named(each.node);
  if (invocations.nodes.length === 1) invocations.nodes = invocations.nodes.map(named);
  return tables;
}
