import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { EXIT_CODES } from '../errors.js';

export default class Analyze extends BaseCommand {
  static override summary = 'attribute the energy of a folder of measurements, of any origin';
  static override description = [
    'Takes a run directory, or a bare folder with the tables samples, invocations, and where there are phases and cpu, each as .parquet, .csv.gz or .csv, and tells the energy of an invocation with its 95 % interval, and what that means. Nothing is written.',
    'Columns: samples node,time_us,energy_joules (cumulative); invocations function,node,start_us,end_us,status; phases phase,repetition,start_us,end_us,function; cpu node,time_us,entity,cpu_seconds (cumulative). Times are Unix microseconds.',
    'Exit codes: 0 ok, 2 the folder or a table of it is wrong, 4 its data cannot be trusted.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> analyze runs/20261123T120000Z-analyze-sentence',
    '<%= config.bin %> analyze measurements --sensor ina3221,gain=0.5% --json',
  ];
  static override args = {
    folder: Args.string({ required: true, description: 'run directory, or folder with tables' }),
  };
  static override flags = {
    method: Flags.option({ options: ['auto', 'difference', 'regression', 'ratio'] as const })({
      description: 'how energy is attributed (default: as the run was planned, else auto)',
    }),
    sensor: Flags.string({
      description:
        'what metered: ina3221-calibrated, ina3221 or rapl, and what it can be wrong by where that is better known, such as gain=0.5%,offset=2mW,clock=1ms (one standard deviation each; default: as run.json tells, else ina3221-calibrated)',
      helpValue: 'LIST',
    }),
    'trust-units': Flags.boolean({
      description: 'take times and energies as they are, also where they look like other units',
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Analyze);
    const { parseSensor } = await import('../analyze/parse-sensor.js');
    const { analyzeFolder } = await import('../analyze/analyze-folder.js');
    const analysis = await analyzeFolder({
      directory: args.folder,
      trustUnits: flags['trust-units'],
      ...(flags.method ? { method: flags.method } : {}),
      ...(flags.sensor === undefined ? {} : { sensor: parseSensor(flags.sensor) }),
    });
    const { summaryTable } = await import('../report/summary-table.js');
    const { explain } = await import('../analyze/explain.js');
    this.log(`${summaryTable(analysis)}\n\n${explain(analysis)}`);
    const { isInvalid } = await import('../bench/finish.js');
    if (isInvalid(analysis.result)) process.exitCode = EXIT_CODES.runInvalid;
    return analysis.result;
  }
}
