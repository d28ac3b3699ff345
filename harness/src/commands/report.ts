import { BaseCommand } from '../cli/base-command.js';
import { outFlag, runArg } from '../cli/run-flags.js';
import { findRun } from '../run/read-run.js';

export default class Report extends BaseCommand {
  static override summary = "make a run's figures and reports again from its raw data";
  static override description =
    'Reads the tables of the run directory, attributes the energy again and writes result.json, ' +
    'report.html and report.md there. Nothing is measured.';
  static override examples = [
    '<%= config.bin %> report 20261123T120000Z-analyze-sentence',
    '<%= config.bin %> report runs/20261123T120000Z-analyze-sentence --json',
  ];
  static override args = { run: runArg };
  static override flags = { out: outFlag };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Report);
    const directory = await findRun(args.run, flags.out);
    const { reportAgain } = await import('../bench/report-again.js');
    const report = await reportAgain(directory);
    const { summaryTable } = await import('../report/summary-table.js');
    this.log(summaryTable(report));
    this.logToStderr(`Wrote ${directory}/report.html`);
    return report.result;
  }
}
