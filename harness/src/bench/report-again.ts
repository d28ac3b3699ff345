import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MethodName } from '../attribution/result.js';
import type { RunReport } from '../report/run-report.js';
import { writeReports } from '../report/write-report.js';
import { readManifest } from '../run/read-run.js';
import { analyse, TRUTH_FILE } from './finish.js';

/** Figures of a run that was measured before, from its raw data. @throws UsageError where it can't be read */
export async function readReport(directory: string): Promise<RunReport> {
  const manifest = await readManifest(directory);
  const truthFile = join(directory, TRUTH_FILE);
  return analyse(
    directory,
    manifest,
    manifest.plan.method as 'auto' | MethodName,
    existsSync(truthFile) ? truthFile : undefined,
  );
}

/** The same, and its reports written anew. */
export async function reportAgain(directory: string): Promise<RunReport> {
  const report = await readReport(directory);
  await writeFile(join(directory, 'result.json'), `${JSON.stringify(report.result, null, 2)}\n`);
  await writeReports(directory, report);
  return report;
}
