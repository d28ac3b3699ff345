import { writeFile } from 'node:fs/promises';
import { writeReports } from '../report/write-report.js';
import type { RunReport } from '../report/run-report.js';
import type { RunDirectory } from '../run/run-directory.js';
import { readTables, tablesToParquet } from '../run/tables.js';
import type { RunManifest } from '../run/manifest.js';
import type { RunResult } from '../run/result.js';
import { attributeTables } from './attribute-tables.js';
import type { BenchOptions } from './bench-options.js';
import { addTruth } from './truth.js';

/** Where the twin's own account is, below the run directory. */
export const TRUTH_FILE = 'meter/truth.csv';

/** Figures of a run directory: nothing but its files goes in. */
export async function analyse(
  directory: string,
  manifest: RunManifest,
  method: BenchOptions['method'],
  truthFile?: string,
): Promise<RunReport> {
  const tables = await readTables(directory);
  const { run, simulated, warnings } = manifest;
  const { gain_ratio, offset_watts, clock_seconds } = manifest.sensor;
  const sensor = {
    gainRatio: gain_ratio,
    offsetWatts: offset_watts,
    clockSeconds: clock_seconds,
  };
  const result = attributeTables(tables, { run, simulated, warnings, sensor }, method);
  if (truthFile) await addTruth(result, tables, manifest, truthFile);
  return { manifest, result, tables };
}

/** Turns the rows of a run that ended well into tables, figures and reports. */
export async function finish(
  run: RunDirectory,
  method: BenchOptions['method'],
  truthFile?: string,
): Promise<RunReport> {
  await tablesToParquet(run.path);
  const report = await analyse(run.path, run.manifest, method, truthFile);
  await writeFile(run.file('result.json'), `${JSON.stringify(report.result, null, 2)}\n`);
  await writeReports(run.path, report);
  await run.seal(isInvalid(report.result) ? 'invalid' : 'complete');
  return report;
}

/** Whether a result can't be trusted: an error among its warnings, or a function without a figure. */
export function isInvalid({ warnings, refused }: RunResult): boolean {
  return refused.length > 0 || warnings.some(({ severity }) => severity === 'error');
}
