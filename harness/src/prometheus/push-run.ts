import { hostname } from 'node:os';
import type { RunReport } from '../report/run-report.js';
import type { PrometheusAccess } from './prometheus-access.js';
import { remoteWrite } from './remote-write.js';
import { runSeries } from './run-series.js';

/** What was written where. */
export interface PushedRun {
  run: string;
  url: string;
  series: number;
}

/** Writes a run to Prometheus. @throws TargetError where it does not take it */
export async function pushRun(report: RunReport, access: PrometheusAccess): Promise<PushedRun> {
  const series = runSeries(report, hostname());
  await remoteWrite(access, series);
  return { run: report.result.run, url: access.url, series: series.length };
}
