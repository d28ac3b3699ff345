import { tmpdir } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';

/** DuckDB takes no more than this, whatever a file's size; what it sorts beyond goes to the disk. */
const MEMORY_LIMIT = '256MB';

const ARRAYS = { DOUBLE: Float64Array, USMALLINT: Uint16Array } as const;

/** SQL types that come as typed arrays. */
export type ColumnType = keyof typeof ARRAYS;
type Columns<T extends readonly ColumnType[]> = {
  -readonly [K in keyof T]: InstanceType<(typeof ARRAYS)[T[K]]>;
};

/** The one place that knows DuckDB; it is loaded at first use, since loading takes a while. */
export class Database {
  private constructor(private readonly connection: DuckDBConnection) {}

  /** Runs `use` with a database in memory. */
  static async with<T>(use: (database: Database) => Promise<T>): Promise<T> {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY_LIMIT,
      temp_directory: tmpdir(),
      preserve_insertion_order: 'true',
    });
    const connection = await instance.connect();
    try {
      return await use(new Database(connection));
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** All rows of a small query; lists come as arrays, whole numbers of 64 bits as bigint. */
  async rows(sql: string): Promise<unknown[][]> {
    return (await this.connection.runAndReadAll(sql)).getRowsJS();
  }

  /**
   * The columns of a query.
   * @param types - of its columns, none of which may be NULL
   * @param count - how many rows it gives
   * @throws Error where it gives another number of rows: DuckDB ends a stream quietly when it runs out of memory
   */
  async columns<const T extends readonly ColumnType[]>(
    sql: string,
    types: T,
    count: number,
  ): Promise<Columns<T>> {
    const columns = types.map((type) => new ARRAYS[type](count));
    const result = await this.connection.stream(sql);
    let offset = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) break;
      if (offset + chunk.rowCount <= count) {
        for (const [index, column] of columns.entries()) {
          column.set(itemsOf(chunk.getColumnVector(index)).subarray(0, chunk.rowCount), offset);
        }
      }
      offset += chunk.rowCount;
    }
    if (offset !== count) throw new Error(`${offset} of ${count} rows could be read.`);
    return columns as Columns<T>;
  }
}

/** A vector's own array: value by value takes three times as long. */
function itemsOf(vector: object): Float64Array | Uint16Array {
  const { items } = vector as { items?: unknown };
  if (items instanceof Float64Array || items instanceof Uint16Array) return items;
  throw new TypeError(`A column came as ${vector.constructor.name}.`);
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
