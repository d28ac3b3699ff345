import { preflight } from '../bench/preflight.js';
import { EXIT_CODES } from '../errors.js';
import { resolveTarget, type TargetFlagValues } from './resolve-options.js';

/**
 * Says line by line what works and what is missing where functions run.
 * @returns what `--json` prints, and the exit code
 * @throws UsageError
 */
export async function checkTarget(flags: TargetFlagValues, log: (line: string) => void) {
  const resolved = await resolveTarget(flags);
  const findings = await preflight({ ...resolved, out: flags.out });
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, ok, detail, hint } of findings) {
    log(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${detail}`);
    if (!ok && hint) log(`      ${' '.repeat(width)}  ${hint}`);
  }
  const failed = findings.find(({ ok }) => !ok);
  const checks = findings.map(({ name, ok, detail, hint }) => ({
    name,
    ok,
    detail,
    ...(ok ? {} : { hint }),
  }));
  return {
    document: { target: resolved.target.name, checks },
    exitCode: failed ? (failed.error?.('').exitCode ?? EXIT_CODES.target) : EXIT_CODES.ok,
  };
}
