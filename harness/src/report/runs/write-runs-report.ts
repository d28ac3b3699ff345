import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareRuns } from '../../compare/compare-runs.js';
import { readManifest, readResult } from '../../run/read-run.js';
import { figuresTable } from '../figures-table.js';
import { writeCharts, writeTable } from '../report-files.js';
import type { RunFigures } from '../run-report.js';
import { chartsOfRuns, runsHtml, runsMarkdown, type RunsReport } from './runs-report.js';

/** A rise beyond this is called a regression, as `compare` does. */
const THRESHOLD_RATIO = 0.05;

/**
 * Writes a report over several runs into a folder: report.html, report.md, figures/, tables/.
 * @param directories - of the runs; the first is what the others are compared with
 * @throws UsageError where a run can't be read
 */
export async function writeRunsReport(
  directories: readonly string[],
  to: string,
): Promise<RunsReport> {
  const runs: RunFigures[] = [];
  for (const directory of directories) {
    runs.push({ manifest: await readManifest(directory), result: await readResult(directory) });
  }
  const [baseline, ...others] = runs;
  const comparison = compareRuns(baseline!, others, THRESHOLD_RATIO);
  const comparable = comparison.runs.some(({ functions }) => functions.length > 0);
  const report = { runs, ...(comparable ? { comparison } : {}) };
  await mkdir(to, { recursive: true });
  await writeFile(join(to, 'report.html'), await runsHtml(report));
  await writeFile(join(to, 'report.md'), runsMarkdown(report));
  await writeCharts(to, chartsOfRuns(report));
  await writeTable(to, 'figures', figuresTable(runs));
  return report;
}
