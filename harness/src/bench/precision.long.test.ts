import { describe, expect, test } from 'vitest';
import type { RunResult } from '../run/result.js';
import { findProgramOrSkip } from './required-programs.js';
import { runCli } from './run-cli.js';

const missing = findProgramOrSkip('k6', 'faas-cli');
const SHORT = '--duration 2 --warmup 0.5 --settle 0.3 --idle 4 --quiet --json'.split(' ');

async function precisely(...flags: string[]): Promise<RunResult> {
  const run = await runCli(['bench', 'matrix-multiply', ...SHORT, ...flags]);
  expect(run.code, run.stdout + run.stderr).toBe(0);
  return JSON.parse(run.stdout) as RunResult;
}

describe.skipIf(missing)(`until it is precise enough${missing ?? ''}`, () => {
  // So wide that a busy machine gives it, too.
  test('it stops when the interval is narrow enough, and the truth is near', async () => {
    const { functions, warnings } = await precisely('--precision', '20%', '--budget', '5m');
    expect(warnings.map(({ code }) => code)).toContain('PRECISION_REACHED');
    const [{ marginal, repetitions, truth_joules_per_invocation: truth } = functions[0]!] =
      functions;
    const { joules_per_invocation: joules, ci95 } = marginal;
    expect(repetitions.length).toBeGreaterThanOrEqual(13);
    // What came after the last look, idle time, may change it a little.
    expect((ci95.high - ci95.low) / 2 / joules).toBeLessThan(0.22);
    expect(Math.abs(joules - truth!)).toBeLessThan(ci95.high - ci95.low);
  }, 330_000);

  test('it stops when the budget is spent, within it', async () => {
    const started = performance.now();
    const { warnings, functions } = await precisely('--precision', '0.4%', '--budget', '40s');
    expect(warnings.map(({ code }) => code)).toContain('BUDGET_SPENT');
    expect(functions[0]!.repetitions.length).toBeGreaterThanOrEqual(2);
    // Deploying, starting and reporting are not in the budget.
    expect((performance.now() - started) / 1000).toBeLessThan(60);
  }, 120_000);

  test('what the meter can not give is told before load is driven', async () => {
    const run = await runCli(['bench', 'matrix-multiply', ...SHORT, '--precision', '0.2%']);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout)).toMatchObject({
      error: {
        code: 'PRECISION_BEYOND_METER',
        message: expect.stringMatching(/the meter alone may be wrong by ± 0\.\d+ %/) as string,
      },
    });
  }, 60_000);
});
