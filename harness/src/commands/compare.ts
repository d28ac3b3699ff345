import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { parsePercentage } from '../cli/parse-percentage.js';
import { outFlag } from '../cli/run-flags.js';
import { EXIT_CODES, UsageError } from '../errors.js';
import { findRun } from '../run/read-run.js';

export default class Compare extends BaseCommand {
  static override summary = 'compare runs with a first one, and tell regressions';
  static override description = [
    'Tells for each function and node the ratio of marginal J/invocation with its 95 % interval, and whether it is significant: a Mann-Whitney test on the repetitions, Holm over all comparisons, and an interval that leaves out 1. Six repetitions or more in each run show a difference.',
    'Runs of different machines, targets, energy sources, methods, rates (beyond 10 %) or payloads are refused; what else differs (kernel, versions, commit, the meter itself) is told, and a different meter widens the interval.',
    'Exit codes: 0 no regression, 2 the runs cannot be compared, 3 a significant rise above the threshold, 4 a run is invalid.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> compare 20261123T120000Z-compress 20261124T120000Z-compress',
    '<%= config.bin %> compare before after --threshold 2% --markdown',
  ];
  static override args = {
    baseline: Args.string({
      required: true,
      description: "the run to compare with: a run's folder, name, or a unique part of it",
    }),
    run: Args.string({ required: true, multiple: true, description: 'a run to compare with it' }),
  };
  static override flags = {
    threshold: Flags.custom<number>({ parse: parsePercentage('threshold') })({
      description: 'a significant rise beyond this is a regression',
      default: 0.05,
      defaultHelp: () => Promise.resolve('5%'),
      helpValue: 'N%',
    }),
    force: Flags.boolean({ description: 'compare also what differs too much or is invalid' }),
    markdown: Flags.boolean({ description: 'print Markdown, for a pull request' }),
    out: outFlag,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Compare);
    const directories: string[] = [];
    for (const name of [args.baseline, ...args.run])
      directories.push(await findRun(name, flags.out));
    if (new Set(directories).size < directories.length) {
      throw new UsageError('RUN_TWICE', 'A run is named twice.', 'Name different runs.');
    }
    const { compareDirectories } = await import('../compare/compare-directories.js');
    const { threshold: thresholdRatio, force } = flags;
    const comparison = await compareDirectories({ directories, thresholdRatio, force });
    const { comparisonMarkdown, comparisonText } = await import('../compare/comparison-text.js');
    this.log(flags.markdown ? comparisonMarkdown(comparison) : comparisonText(comparison));
    if (comparison.regression) process.exitCode = EXIT_CODES.regression;
    return comparison;
  }
}
