import { BaseCommand } from '../../cli/base-command.js';
import { outFlag, prometheusFlag, runArg } from '../../cli/run-flags.js';
import { findRun } from '../../run/read-run.js';

export default class RunsPush extends BaseCommand {
  static override summary = "write a run's phases and figures to Prometheus";
  static override description =
    'By remote write, at the time of the run: a Prometheus takes what is not much older than its newest samples, or within its out_of_order_time_window. The dashboards of grafana/ show it.';
  static override examples = [
    '<%= config.bin %> runs push analyze-sentence --prometheus http://127.0.0.1:9090',
  ];
  static override args = { run: runArg };
  static override flags = { out: outFlag, prometheus: prometheusFlag({ required: true }) };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(RunsPush);
    const directory = await findRun(args.run, flags.out);
    const { prometheusAccess } = await import('../../prometheus/prometheus-access.js');
    const access = prometheusAccess(flags.prometheus);
    const { pushRun } = await import('../../prometheus/push-run.js');
    const { readReport } = await import('../../bench/report-again.js');
    const written = await pushRun(await readReport(directory), access);
    this.log(`Wrote ${written.series} series of ${written.run} to ${written.url}`);
    return written;
  }
}
