import { BaseCommand } from '../../cli/base-command.js';
import { outFlag, runArg } from '../../cli/run-flags.js';
import { findRun, readManifest, readResult } from '../../run/read-run.js';
import { summaryTable } from '../../report/summary-table.js';

export default class RunsShow extends BaseCommand {
  static override summary = "show a run's figures";
  static override examples = [
    '<%= config.bin %> runs show 20261123T120000Z-analyze-sentence',
    '<%= config.bin %> runs show analyze-sentence --json',
  ];
  static override args = { run: runArg };
  static override flags = { out: outFlag };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(RunsShow);
    const directory = await findRun(args.run, flags.out);
    const manifest = await readManifest(directory);
    const result = await readResult(directory);
    this.log(summaryTable({ manifest, result }));
    return result;
  }
}
