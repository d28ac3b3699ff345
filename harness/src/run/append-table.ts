import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TABLE_COLUMNS, type TableName } from './table-names.js';

export type Cell = string | number;

/** A table of a run while it grows: a CSV file that always ends in a whole line. */
export class AppendTable {
  private fd: number | undefined;

  private constructor(path: string) {
    this.fd = openSync(path, 'a');
  }

  /** Makes `NAME.csv` with its header in a run directory. */
  static create(directory: string, name: TableName): AppendTable {
    const table = new AppendTable(join(directory, `${name}.csv`));
    table.append([[...TABLE_COLUMNS[name]]]);
    return table;
  }

  append(rows: readonly (readonly Cell[])[]): void {
    if (rows.length === 0 || this.fd === undefined) return;
    writeSync(this.fd, rows.map((row) => `${row.map(quoted).join(',')}\n`).join(''));
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

function quoted(cell: Cell): string {
  const text = String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
