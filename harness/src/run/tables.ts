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
import { Database, literal } from './database.js';
import { COLUMN_TYPES, REQUIRED_COLUMNS, TABLE_COLUMNS, type TableName } from './table-names.js';

/** The run directory's tables, as attribution takes them. */
export type RunTables = Omit<AttributionInput, 'sensor'>;

const FORMATS = ['parquet', 'csv.gz', 'csv'] as const;

interface Table {
  name: string;
  file: string;
  /** SQL that gives its rows, CSV columns as text. */
  from: string;
  columns: Set<string>;
}

/**
 * Reads a run directory, or a bare folder with the same tables. Phases and CPU may be absent.
 * @throws UsageError naming the file and what is wrong with it
 */
export function readTables(directory: string): Promise<RunTables> {
  return Database.with(async (database) => {
    const open = (name: TableName | 'phases') => openTable(database, directory, name);
    const samples = required(await open('samples'), directory, 'samples');
    const invocations = required(await open('invocations'), directory, 'invocations');
    const phases = await open('phases');
    const cpu = await open('cpu');
    return {
      samples: await reading(samples, () => readSamples(database, samples)),
      invocations: await reading(invocations, () => readInvocations(database, invocations)),
      phases: phases ? await reading(phases, () => readPhases(database, phases)) : [],
      cpu: cpu ? await reading(cpu, () => readCpu(database, cpu)) : [],
    };
  });
}

/** Turns the CSV tables of a finished run into Parquet; a table that is Parquet already stays. */
export async function tablesToParquet(directory: string): Promise<void> {
  await Database.with(async (database) => {
    for (const name of Object.keys(TABLE_COLUMNS) as TableName[]) {
      const csv = join(directory, `${name}.csv`);
      if (!existsSync(csv)) continue;
      const table = required(await openTable(database, directory, name), directory, name);
      const columns = [...table.columns].map(
        (column) => `CAST("${column}" AS ${COLUMN_TYPES[column] ?? 'VARCHAR'}) AS "${column}"`,
      );
      const target = join(directory, `${name}.parquet`);
      const draft = `${target}.new`;
      await reading(table, () =>
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

async function openTable(
  database: Database,
  directory: string,
  name: TableName | 'phases',
): Promise<Table | undefined> {
  const format = FORMATS.find((each) => existsSync(join(directory, `${name}.${each}`)));
  if (!format) return undefined;
  const file = join(directory, `${name}.${format}`);
  const from =
    format === 'parquet'
      ? `read_parquet(${literal(file)})`
      : `read_csv(${literal(file)}, header = true, all_varchar = true)`;
  const table = { name, file, from, columns: new Set<string>() };
  const described = await reading(table, () => database.rows(`DESCRIBE SELECT * FROM ${from}`));
  for (const [column] of described) table.columns.add(String(column));
  const missing = REQUIRED_COLUMNS[name].filter((column) => !table.columns.has(column));
  if (missing.length > 0) {
    throw new UsageError(
      'TABLE_COLUMNS',
      `${file} has no column ${missing.join(', ')}; it has ${[...table.columns].join(', ')}.`,
      'docs/design.md lists the columns.',
    );
  }
  return table;
}

function required(table: Table | undefined, directory: string, name: string): Table {
  if (table) return table;
  throw new UsageError(
    'TABLE_MISSING',
    `${directory} has no ${name} table (${FORMATS.map((format) => `${name}.${format}`).join(', ')}).`,
    'Name a run directory, or a folder with these tables.',
  );
}

/** Turns what DuckDB says of a bad file into an error that names it. */
async function reading<T>({ file }: Table, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const [first = ''] = (error as Error).message.split('\n');
    throw new UsageError(
      'TABLE_DAMAGED',
      `${file} can't be read: ${first}`,
      'Restore it from a copy.',
      {
        cause: error,
      },
    );
  }
}

async function readSamples(database: Database, table: Table): Promise<NodeSamples[]> {
  const { from, columns } = table;
  const extra = (column: string) => (columns.has(column) ? asDouble(column) : 'NULL');
  const series: NodeSamples[] = [];
  for (const [node, count] of await groups(database, table, ['node'])) {
    const [timeUs, energyJoules, gapUs, overrangeSamples] = await database.columns(
      `SELECT ${asDouble('time_us')}, ${asDouble('energy_joules')}, ${extra('gap_us')}::DOUBLE,
       ${extra('overrange_samples')}::DOUBLE FROM ${from} WHERE node = ${literal(node!)}`,
      4,
      Number(count),
    );
    series.push({
      node: node!,
      timeUs: timeUs!,
      energyJoules: energyJoules!,
      ...(columns.has('gap_us') ? { gapUs: gapUs! } : {}),
      ...(columns.has('overrange_samples') ? { overrangeSamples: overrangeSamples! } : {}),
    });
  }
  return series;
}

async function readInvocations(database: Database, table: Table): Promise<Invocations> {
  const names = async (column: string) =>
    (await groups(database, table, [column])).map(([name]) => name!);
  const functions = await names('function');
  const nodes = await names('node');
  const position = (list: string[], column: string) =>
    `list_position([${list.map(literal).join(', ')}]::VARCHAR[], "${column}") - 1`;
  const [[count] = []] = await database.rows(`SELECT count(*) FROM ${table.from}`);
  const [functionIndex, nodeIndex, startUs, endUs, status] = await database.columns(
    `SELECT (${position(functions, 'function')})::DOUBLE, (${position(nodes, 'node')})::DOUBLE,
     ${asDouble('start_us')}, ${asDouble('end_us')}, ${asDouble('status')}
     FROM ${table.from} ORDER BY 3`,
    5,
    Number(count),
  );
  return {
    functions,
    nodes,
    functionIndex: Uint16Array.from(functionIndex!),
    nodeIndex: Uint16Array.from(nodeIndex!),
    startUs: startUs!,
    endUs: endUs!,
    status: Uint16Array.from(status!),
  };
}

async function readCpu(database: Database, table: Table): Promise<EntityCpu[]> {
  const series: EntityCpu[] = [];
  for (const [node, entity, count] of await groups(database, table, ['node', 'entity'])) {
    const [timeUs, cpuSeconds] = await database.columns(
      `SELECT ${asDouble('time_us')}, ${asDouble('cpu_seconds')} FROM ${table.from}
       WHERE node = ${literal(node!)} AND entity = ${literal(entity!)}`,
      2,
      Number(count),
    );
    series.push({ node: node!, entity: entity!, timeUs: timeUs!, cpuSeconds: cpuSeconds! });
  }
  return series;
}

async function readPhases(database: Database, { from, columns, file }: Table): Promise<Phase[]> {
  const name = columns.has('function') ? `coalesce("function", '')` : `''`;
  const rows = await database.rows(
    `SELECT phase, ${asDouble('repetition')}, ${asDouble('start_us')}, ${asDouble('end_us')}, ${name}
     FROM ${from}`,
  );
  return rows.map(([phase, repetition, startUs, endUs, of]) => {
    if (!PHASES.includes(phase as PhaseName)) {
      throw new UsageError(
        'TABLE_DAMAGED',
        `${file}: there is no phase '${String(phase)}'.`,
        `There are: ${PHASES.join(', ')}.`,
      );
    }
    return {
      phase: phase as PhaseName,
      repetition: repetition as number,
      startUs: startUs as number,
      endUs: endUs as number,
      ...(of ? { function: of as string } : {}),
    };
  });
}

/** The distinct values of some columns, in order, each with its number of rows as last element. */
async function groups(database: Database, { from }: Table, columns: string[]): Promise<string[][]> {
  const list = columns.map((column) => `"${column}"`).join(', ');
  const rows = await database.rows(
    `SELECT ${list}, count(*) FROM ${from} GROUP BY ${list} ORDER BY ${list}`,
  );
  return rows.map((row) => row.map(String));
}

function asDouble(column: string): string {
  return `CAST("${column}" AS DOUBLE)`;
}
