import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { figuresTable } from './figures-table.js';
import { chartsOf } from './html/charts.js';
import { htmlReport } from './html/html-report.js';
import { markdownReport } from './markdown.js';
import { writeCharts, writeTable } from './report-files.js';
import type { RunReport } from './run-report.js';

/** Writes report.html and report.md into the run directory, each chart into figures/ and each table into tables/. */
export async function writeReports(directory: string, report: RunReport): Promise<void> {
  await writeFile(join(directory, 'report.html'), await htmlReport(report));
  await writeFile(join(directory, 'report.md'), markdownReport(report));
  await writeCharts(directory, chartsOf(report));
  await writeTable(directory, 'figures', figuresTable([report]));
}
