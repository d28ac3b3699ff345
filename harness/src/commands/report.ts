import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { outFlag } from '../cli/run-flags.js';
import { findRun } from '../run/read-run.js';

export default class Report extends BaseCommand {
  static override summary =
    "make a run's figures and reports again, or one report over several runs";
  static override description = [
    'One run: reads the tables of the run directory, attributes the energy again and writes result.json, report.html, report.md, the charts (figures/*.svg) and tables (tables/*.csv) there.',
    'Several runs: writes a report over them into a folder of its own: figures by function, node and architecture, energy against latency, every repetition, and what changed since the first. Nothing is measured.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> report 20261123T120000Z-analyze-sentence',
    '<%= config.bin %> report jetson raspberrypi --to paper/figures',
  ];
  static override args = {
    run: Args.string({
      required: true,
      multiple: true,
      description: "a run's folder, name, or a unique part of it; several make one report",
    }),
  };
  static override flags = {
    out: outFlag,
    to: Flags.string({
      description: 'folder for a report over several runs',
      default: 'report',
      helpValue: 'DIR',
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Report);
    const directories: string[] = [];
    for (const name of args.run) directories.push(await findRun(name, flags.out));
    if (directories.length === 1) return this.ofOne(directories[0]!);
    const { writeRunsReport } = await import('../report/runs/write-runs-report.js');
    const { runsMarkdown } = await import('../report/runs/runs-report.js');
    const report = await writeRunsReport(directories, flags.to);
    this.log(runsMarkdown(report));
    this.logToStderr(`Wrote ${flags.to}/report.html`);
    return {
      to: flags.to,
      runs: report.runs.map(({ result }) => result),
      comparison: report.comparison,
    };
  }

  private async ofOne(directory: string): Promise<unknown> {
    const { reportAgain } = await import('../bench/report-again.js');
    const report = await reportAgain(directory);
    const { summaryTable } = await import('../report/summary-table.js');
    this.log(summaryTable(report));
    this.logToStderr(`Wrote ${directory}/report.html`);
    return report.result;
  }
}
