import { beforeAll, describe, expect, test } from 'vitest';
import { quantity, relativeError, relativeHalfWidth } from '../report/quantity.js';
import type { RunResult } from '../run/result.js';
import { findProgramOrSkip } from './required-programs.js';
import { runCli } from './run-cli.js';

const FUNCTIONS = ['analyze-sentence', 'matrix-multiply', 'compress', 'sleep'];
const missing = findProgramOrSkip('k6', 'faas-cli');

/** What a reader of the log sees. */
function table(result: RunResult): string {
  const rows = result.functions.map(
    ({ function: name, marginal, truth_joules_per_invocation: truth = NaN }) => {
      const { joules_per_invocation: joules, ci95 } = marginal;
      const figures = [quantity(joules, 'J', 4), relativeHalfWidth(joules, ci95)];
      const error = relativeError(joules, truth);
      return [name, ...figures, quantity(truth, 'J', 4), error].map((text) => text.padEnd(18));
    },
  );
  const header = ['function', 'J/invocation', 'interval', 'truth', 'error'];
  return [header.map((text) => text.padEnd(18)), ...rows].map((row) => row.join('')).join('\n');
}

describe.skipIf(missing)(`four functions under load at once${missing ?? ''}`, () => {
  let result: RunResult;

  beforeAll(async () => {
    const run = await runCli(['bench', ...FUNCTIONS, '--together', '--quiet', '--json']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    result = JSON.parse(run.stdout) as RunResult;
    process.stdout.write(`\nSimulated, under load at once:\n${table(result)}\n`);
  }, 300_000);

  test.each(FUNCTIONS)('%s: within twice its half-width of the truth', (name) => {
    const { marginal, truth_joules_per_invocation: truth } = result.functions.find(
      (each) => each.function === name,
    )!;
    expect(truth).toBeGreaterThan(0);
    if (marginal.detectable) {
      const width = marginal.ci95.high - marginal.ci95.low;
      expect(Math.abs(marginal.joules_per_invocation - truth!)).toBeLessThan(width);
    } else {
      expect(truth).toBeLessThan(marginal.detection_limit_joules);
    }
  });

  test('they were told apart by regression, and what the meter saw is accounted for', () => {
    expect(result.method).toBe('regression');
    const [{ energy_joules: energy } = result.nodes[0]!] = result.nodes;
    const sum = energy.idle + energy.functions + energy.other + energy.residual;
    expect(Math.abs(sum - energy.measured)).toBeLessThan(1e-9 * energy.measured);
    expect(Math.abs(energy.residual)).toBeLessThan(0.05 * energy.measured);
  });
});
