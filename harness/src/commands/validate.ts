import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { interruptible } from '../cli/interrupt.js';
import { numberFlag } from '../cli/parse-number.js';
import { outFlag } from '../cli/run-flags.js';
import { SILENT, TerminalTalk } from '../cli/terminal-talk.js';
import { EXIT_CODES } from '../errors.js';

export default class Validate extends BaseCommand {
  static override summary = 'hold the figures against truths that are known';
  static override description = [
    "The accuracy experiment, in two parts: short benches of this project's functions, one after the other and at once, on this machine's digital twin, which knows what it simulated (about 6 minutes), and the laboratory: runs generated from stated truths, in classes from one function alone to eight together, on linear and curved nodes, with drift, background work, and the errors of real meters, beside three ways that others use. Every joule of it is simulated.",
    'Exit codes: 0 ok, 2 usage, 4 a run on the twin is invalid, 5 target, 6 load generator, 7 meter, 130 interrupted.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate --only laboratory --class four-together --runs 500',
    '<%= config.bin %> validate --json',
  ];
  static override flags = {
    only: Flags.option({ options: ['twin', 'laboratory'] as const })({
      description: 'one part of it (default: both)',
    }),
    runs: numberFlag('runs', { min: 1, max: 100_000, integer: true, unit: 'runs' })({
      description: 'generated runs of each class',
      default: 50,
      helpValue: 'N',
    }),
    class: Flags.string({
      description: 'only classes whose name contains this; may be given several times',
      multiple: true,
      helpValue: 'TEXT',
    }),
    seed: numberFlag('seed', { min: 0, max: 2 ** 31 - 1, integer: true, unit: '' })({
      description: 'draws the runs: the same seed, the same figures',
      default: 1,
      helpValue: 'N',
    }),
    markdown: Flags.boolean({ description: 'print Markdown, for a page' }),
    out: outFlag,
    quiet: Flags.boolean({ char: 'q', description: 'tell nothing of the progress' }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Validate);
    const { resolveValidateOptions } = await import('../cli/resolve-validate-options.js');
    const options = await resolveValidateOptions(flags);
    const { validate } = await import('../validate/validate.js');
    const talk = flags.quiet ? SILENT : new TerminalTalk();
    const validation = await interruptible((signal) => validate(options, talk, signal));
    const { validationMarkdown, validationText } = await import('../validate/validation-text.js');
    this.log(flags.markdown ? validationMarkdown(validation) : validationText(validation));
    if (validation.twin.some(({ invalid }) => invalid)) process.exitCode = EXIT_CODES.runInvalid;
    return validation;
  }
}
