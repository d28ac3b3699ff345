import { closeSync, createReadStream, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { UsageError } from '../errors.js';
import { type Database, identifier, literal } from './database.js';
import { REQUIRED_COLUMNS, type TableName } from './table-names.js';

/** More than any header has. */
const HEAD_BYTES = 65_536;

const FORMATS = ['parquet', 'csv.gz', 'csv'] as const;

/** A table of a folder, found and opened. */
export interface TableFile {
  file: string;
  /** SQL that gives its rows in the file's order; columns of a CSV file are text. */
  from: string;
  columns: ReadonlySet<string>;
}

/** The file of a table: Parquet before CSV, where there are both. */
export function tableFile(directory: string, name: TableName | 'phases'): string | undefined {
  return FORMATS.map((format) => join(directory, `${name}.${format}`)).find(existsSync);
}

/**
 * @returns undefined where the folder has no such table
 * @throws UsageError where it can't be read, or lacks a column
 */
export async function findTable(
  database: Database,
  directory: string,
  name: TableName | 'phases',
): Promise<TableFile | undefined> {
  const file = tableFile(directory, name);
  if (!file) return undefined;
  const { from, columns } = await readingFile(file, () =>
    file.endsWith('.parquet') ? openParquet(database, file) : openCsv(file),
  );
  const missing = REQUIRED_COLUMNS[name].filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    await readingFile(file, () => assertWhole(file));
    throw new UsageError(
      'TABLE_COLUMNS',
      `${file} has no column ${missing.join(', ')}; it has ${columns.join(', ')}.`,
      `A ${name} table has the columns ${REQUIRED_COLUMNS[name].join(', ')}; docs/analyze.md tells what they hold.`,
    );
  }
  return { file, from, columns: new Set(columns) };
}

/** As findTable. @throws UsageError also where the table is not there */
export async function openTable(
  database: Database,
  directory: string,
  name: TableName,
): Promise<TableFile> {
  const table = await findTable(database, directory, name);
  if (table) return table;
  throw new UsageError(
    'TABLE_MISSING',
    `${directory} has no ${name} table (${FORMATS.map((format) => `${name}.${format}`).join(', ')}).`,
    'Name a run directory, or a folder with these tables.',
  );
}

/** Turns what is said of a bad file into an error that names it. */
export async function readingFile<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const [said] = (error as Error).message.split(/\n+(?:Possible fixes|LINE \d)/);
    throw new UsageError(
      'TABLE_DAMAGED',
      `${file} can't be read: ${said!.trim().replaceAll(/\n+/g, '; ')}`,
      'Restore it from a copy, or write it again.',
      { cause: error },
    );
  }
}

/**
 * A gzip file that was cut off reads like a shorter one, without a word: this reads it to its end.
 * @throws Error of zlib where it is damaged or cut off; does nothing for other files
 */
export async function assertWhole(file: string): Promise<void> {
  if (!file.endsWith('.gz')) return;
  await pipeline(createReadStream(file), createGunzip(), async (chunks) => {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars
    for await (const _ of chunks);
  });
}

async function openParquet(database: Database, file: string) {
  const from = `read_parquet(${literal(file)})`;
  const described = await database.rows(`DESCRIBE SELECT * FROM ${from}`);
  return { from, columns: described.map(([name]) => String(name)) };
}

/** DuckDB would guess at columns from the first rows, and guess wrong where one is bad. */
function openCsv(file: string) {
  const [columns = []] = parse(firstLine(file), { bom: true, trim: true });
  const types = columns.map((name) => `${literal(name)}: 'VARCHAR'`);
  if (new Set(columns).size < columns.length) {
    throw new Error(`it names a column twice: ${columns.join(', ')}`);
  }
  const from =
    `read_csv(${literal(file)}, header = true, auto_detect = false, columns = {${types.join(', ')}}, ` +
    `delim = ',', quote = '"', escape = '"')`;
  return { from, columns };
}

function firstLine(file: string): string {
  const head = Buffer.alloc(HEAD_BYTES);
  const fd = openSync(file, 'r');
  const length = readSync(fd, head);
  closeSync(fd);
  const read = head.subarray(0, length);
  const whole = file.endsWith('.gz')
    ? gunzipSync(read, { finishFlush: constants.Z_SYNC_FLUSH })
    : read;
  const [line = ''] = whole.toString('utf8').split(/\r?\n/);
  if (line.trim() === '') throw new Error('it is empty');
  return line;
}

/** A cell as the file has it. @param row - from 0 */
export async function cellText(
  database: Database,
  { from }: TableFile,
  column: string,
  row: number,
): Promise<string> {
  const [[value] = []] = await database.rows(
    `SELECT CAST(${identifier(column)} AS VARCHAR) FROM ${from} LIMIT 1 OFFSET ${row}`,
  );
  return value === null || value === undefined ? 'empty' : `'${String(value as string)}'`;
}
