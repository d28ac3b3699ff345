import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { planFlags, targetFlags } from '../cli/bench-flags.js';
import { modeFlags } from '../cli/mode-flags.js';
import { interruptible } from '../cli/interrupt.js';
import { SILENT, TerminalTalk } from '../cli/terminal-talk.js';
import { EXIT_CODES } from '../errors.js';

export default class Bench extends BaseCommand {
  static override summary = 'measure what functions cost in joules per invocation';
  static override description = [
    "Deploys the functions, drives them with k6 at a steady rate while the node's supply is metered, and tells the energy of an invocation with its 95 % interval. Without meters and flags it measures on this machine: by its processor's own energy counters (RAPL) where they can be read, else by a digital twin of the meter, which simulates power from the CPU time that the functions use.",
    'The run directory (raw data, result.json, report.html) goes to ./runs. Progress is told on stderr, the result on stdout.',
    'Exit codes: 0 ok, 2 usage, 4 the run is invalid, 5 target, 6 load generator, 7 meter, 130 interrupted.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> bench analyze-sentence',
    '<%= config.bin %> bench matrix-multiply compress --repetitions 10 --json',
    '<%= config.bin %> bench analyze-sentence matrix-multiply compress --together',
    '<%= config.bin %> bench analyze-sentence --precision 2% --budget 5m',
    '<%= config.bin %> bench analyze-sentence --cold',
    '<%= config.bin %> bench analyze-sentence --gateway http://127.0.0.1:8080 --meters meters.yaml',
  ];
  static override strict = false;
  static override args = {
    function: Args.string({
      required: true,
      description:
        'function of the stack file; several are measured one after the other in random order, or --together',
    }),
  };
  static override flags = {
    ...targetFlags,
    ...modeFlags,
    ...planFlags,
    quiet: Flags.boolean({ char: 'q', description: 'tell nothing of the progress' }),
  };

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Bench);
    const { resolveBenchOptions } = await import('../cli/resolve-options.js');
    const functions = [...new Set(argv as string[])];
    const options = await resolveBenchOptions(functions, flags as never);
    const talk = flags.quiet ? SILENT : new TerminalTalk();
    const { bench } = await import('../bench/bench.js');
    const { directory, report } = await interruptible((signal) => bench(options, talk, signal));
    const { summaryTable } = await import('../report/summary-table.js');
    this.log(summaryTable(report));
    talk.say(`Report: ${directory}/report.html`);
    const { isInvalid } = await import('../bench/finish.js');
    if (isInvalid(report.result)) process.exitCode = EXIT_CODES.runInvalid;
    return report.result;
  }
}
