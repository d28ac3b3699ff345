import type { RunManifest } from '../run/manifest.js';
import type { RunResult } from '../run/result.js';
import type { RunTables } from '../run/tables.js';

/** Everything a report is made from: a run directory, read. */
export interface RunReport {
  manifest: RunManifest;
  result: RunResult;
  tables: RunTables;
}

/** What the terminal needs: figures without the tables. */
export type RunFigures = Omit<RunReport, 'tables'>;
