import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planTogether } from './together-plan.js';

/** Pearson's, by its definition. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

test('every function goes through the same levels, in orders that hardly correlate', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 8 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      (functions, more, seed) => {
        const windows = 24 + more;
        const { levels, largestCorrelation, conditionNumber } = planTogether(
          functions,
          windows,
          seed,
        );
        const even = Array.from({ length: windows }, (_, i) => 0.2 + (1.6 * i) / (windows - 1));
        for (const [i, own] of levels.entries()) {
          for (const [rank, level] of [...own].sort((a, b) => a - b).entries()) {
            expect(level).toBeCloseTo(even[rank]!, 12);
          }
          for (const other of levels.slice(0, i)) {
            expect(Math.abs(correlation(own, other))).toBeLessThanOrEqual(
              largestCorrelation + 1e-9,
            );
          }
        }
        expect(largestCorrelation).toBeLessThan(0.1);
        expect(conditionNumber).toBeLessThan(2);
      },
    ),
    { numRuns: 30 },
  );
});

test('the same seed draws the same plan, and seeds differ', () => {
  expect(planTogether(4, 24, 7)).toEqual(planTogether(4, 24, 7));
  expect(planTogether(4, 24, 7)).not.toEqual(planTogether(4, 24, 8));
});

test.each([2, 4, 8])(
  '%i functions in too few windows: how many it takes, and those are enough',
  (functions) => {
    const refused = () => planTogether(functions, 2 * functions + 1, 1);
    expect(refused).toThrow(expect.objectContaining({ code: 'PLAN_TOO_SHORT', exitCode: 2 }));
    let hint = '';
    try {
      refused();
    } catch (error) {
      hint = (error as { hint: string }).hint;
    }
    const windows = Number(/It takes (\d+) windows/.exec(hint)![1]);
    expect(windows).toBeGreaterThan(2 * functions + 1);
    expect(windows).toBeLessThanOrEqual(24);
    expect(() => planTogether(functions, windows, 1)).not.toThrow();
  },
);
