import { BaseCommand } from '../../cli/base-command.js';
import { targetFlags } from '../../cli/bench-flags.js';

export default class TargetCheck extends BaseCommand {
  static override summary = 'check where functions run: the preflight of bench alone';
  static override description =
    'Says what works and what is missing, line by line. Nothing is started or deployed.';
  static override examples = [
    '<%= config.bin %> target check',
    '<%= config.bin %> target check --gateway http://127.0.0.1:8080 --json',
  ];
  static override flags = targetFlags;

  async run(): Promise<unknown> {
    const { flags } = await this.parse(TargetCheck);
    const { checkTarget } = await import('../../cli/check-target.js');
    const { document, exitCode } = await checkTarget(flags as never, (line) => this.log(line));
    if (exitCode !== 0) process.exitCode = exitCode;
    return document;
  }
}
