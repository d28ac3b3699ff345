import { BaseCommand } from '../../cli/base-command.js';
import { targetFlags } from '../../cli/bench-flags.js';
import { EXIT_CODES } from '../../errors.js';

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
    const { resolveTarget } = await import('../../cli/resolve-options.js');
    const { preflight } = await import('../../bench/preflight.js');
    const resolved = await resolveTarget(flags as never);
    const findings = await preflight({ ...resolved, out: flags.out });
    const width = Math.max(...findings.map(({ name }) => name.length));
    for (const { name, ok, detail, hint } of findings) {
      this.log(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${detail}`);
      if (!ok && hint) this.log(`      ${' '.repeat(width)}  ${hint}`);
    }
    const failed = findings.find(({ ok }) => !ok);
    if (failed) process.exitCode = failed.error?.('').exitCode ?? EXIT_CODES.target;
    return {
      target: resolved.target.name,
      checks: findings.map(({ name, ok, detail, hint }) => ({
        name,
        ok,
        detail,
        ...(ok ? {} : { hint }),
      })),
    };
  }
}
