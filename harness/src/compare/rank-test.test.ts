import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holm } from './holm.js';
import { rankTest, smallestP } from './rank-test.js';

/** All ways to choose, by hand: what the test must count. */
function byEnumeration(a: number[], b: number[]): number {
  const all = [...a, ...b];
  const rank = (x: number) =>
    all.filter((y) => y < x).length + (all.filter((y) => y === x).length + 1) / 2;
  const ranks = all.map(rank);
  const centre = (a.length * (all.length + 1)) / 2;
  const distance = (sum: number) => Math.abs(sum - centre);
  const observed = distance(ranks.slice(0, a.length).reduce((x, y) => x + y, 0));
  let [total, extreme] = [0, 0];
  for (let mask = 0; mask < 2 ** all.length; mask++) {
    const chosen = ranks.filter((_, i) => mask & (1 << i));
    if (chosen.length !== a.length) continue;
    total++;
    if (distance(chosen.reduce((x, y) => x + y, 0)) >= observed - 1e-9) extreme++;
  }
  return extreme / total;
}

describe('the Mann-Whitney test', () => {
  test('counts what enumeration counts, ties or none', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(rankTest(a, b)).toBeCloseTo(byEnumeration(a, b), 12);
      }),
    );
  });

  test('as tables have it: 3 and 4 apart, 6 and 6 apart', () => {
    expect(rankTest([1, 2, 3], [4, 5, 6, 7])).toBeCloseTo(2 / 35, 12);
    expect(rankTest([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12])).toBeCloseTo(2 / 924, 12);
    expect(smallestP(6, 6)).toBeCloseTo(2 / 924, 12);
    expect(smallestP(1, 1)).toBe(1);
  });

  test('many values: near what the exact distribution gives, and the same for equal ones', () => {
    const draw = (n: number, shift: number) =>
      Array.from({ length: n }, (_, i) => ((i * 7919) % 1009) / 1009 + shift);
    const exact = rankTest(draw(50, 0), draw(50, 0.1));
    const normal = rankTest(draw(50, 0), draw(51, 0.1));
    expect(normal / exact).toBeGreaterThan(0.8);
    expect(normal / exact).toBeLessThan(1.25);
    expect(rankTest(new Array<number>(80).fill(1), new Array<number>(80).fill(1))).toBe(1);
  });

  test('which sample is first does not matter, nor a scale', () => {
    const sample = fc.array(fc.float({ noNaN: true, min: 1, max: 1000 }), {
      minLength: 2,
      maxLength: 10,
    });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(rankTest(a, b)).toBeCloseTo(rankTest(b, a), 12);
        expect(rankTest(a, b)).toBeCloseTo(
          rankTest(
            a.map((x) => x * 2),
            b.map((x) => x * 2),
          ),
          12,
        );
      }),
    );
  });

  test('nothing to compare is no difference', () => {
    expect(rankTest([], [1])).toBe(1);
  });
});

test("Holm's example: 0.01, 0.04, 0.03, 0.005", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.6, 0.7])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
