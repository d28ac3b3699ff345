import { type DuckDBConnection } from '@duckdb/node-api';

/** DuckDB takes no more than this, whatever a file's size. */
const MEMORY_LIMIT = '1GB';

/** The one place that knows DuckDB; it is loaded at first use, since loading takes a while. */
export class Database {
  private constructor(private readonly connection: DuckDBConnection) {}

  /** Runs `use` with a database in memory. */
  static async with<T>(use: (database: Database) => Promise<T>): Promise<T> {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY_LIMIT,
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

  /** All rows of a small query. */
  async rows(sql: string): Promise<unknown[][]> {
    return (await this.connection.runAndReadAll(sql)).getRows();
  }

  /**
   * The columns of a query, all cast to DOUBLE there; NULL is NaN.
   * @param count - how many rows it gives
   * @throws Error where it gives fewer: DuckDB ends a stream quietly when it runs out of memory
   */
  async columns(sql: string, width: number, count: number): Promise<Float64Array[]> {
    const columns = Array.from({ length: width }, () => new Float64Array(count));
    const result = await this.connection.stream(sql);
    for (let offset = 0; ;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) {
        if (offset !== count) throw new Error(`${offset} of ${count} rows could be read.`);
        return columns;
      }
      for (const [index, column] of columns.entries()) {
        const values = chunk.getColumnValues(index) as (number | null)[];
        for (let i = 0; i < values.length; i++) column[offset + i] = values[i] ?? NaN;
      }
      offset += chunk.rowCount;
    }
  }
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
