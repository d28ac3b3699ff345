import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dot, nonNegativeLeastSquares } from './nnls.js';

const normal = (rows: number[][], values: number[]) => ({
  gram: rows[0]!.map((_, a) =>
    rows[0]!.map((__, b) => rows.reduce((sum, row) => sum + row[a]! * row[b]!, 0)),
  ),
  moments: rows[0]!.map((_, a) => rows.reduce((sum, row, i) => sum + row[a]! * values[i]!, 0)),
});

test('what least squares would make negative is 0, unless it may be', () => {
  const rows = [
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  const { gram, moments } = normal(rows, [2, -1, 1]);
  expect(nonNegativeLeastSquares(gram, moments)).toEqual([expect.closeTo(1.5, 9), 0]);
  const free = nonNegativeLeastSquares(gram, moments, [false, true]);
  expect(free).toEqual([expect.closeTo(2, 9), expect.closeTo(-1, 9)]);
});

test('the conditions of Karush, Kuhn and Tucker hold, whatever the units of a column', () => {
  const value = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { minLength: 8, maxLength: 8 }),
      fc.array(value, { minLength: 8, maxLength: 8 }),
      fc.integer({ min: -9, max: 9 }),
      (rows, values, exponent) => {
        const scaled = rows.map(([first, ...rest]) => [first! * 10 ** exponent, ...rest]);
        const { gram, moments } = normal(scaled, values);
        fc.pre(gram.every((row, i) => row[i]! > 1e-3 * (i === 0 ? 100 ** exponent : 1)));
        const x = nonNegativeLeastSquares(gram, moments);
        x.forEach((each, i) => {
          const slope = (moments[i]! - dot(gram[i]!, x)) / Math.sqrt(gram[i]![i]!);
          expect(each).toBeGreaterThanOrEqual(0);
          expect(slope).toBeLessThan(1e-6);
          if (each > 0) expect(slope).toBeGreaterThan(-1e-6);
        });
      },
    ),
  );
});
