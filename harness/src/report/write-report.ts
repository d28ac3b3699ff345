import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { htmlReport } from './html/html-report.js';
import { markdownReport } from './markdown.js';
import { type RunReport } from './run-report.js';

/** Writes report.html and report.md into the run directory. */
export async function writeReports(directory: string, report: RunReport): Promise<void> {
  await writeFile(join(directory, 'report.html'), await htmlReport(report));
  await writeFile(join(directory, 'report.md'), markdownReport(report));
}
