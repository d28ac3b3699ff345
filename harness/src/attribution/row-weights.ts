import { type CpuParts, type LoadRow } from './load-effect.js';
import { linearColumns, linearFactors } from './load-model.js';
import { nonNegativeLeastSquares } from './nnls.js';

/** A row's variance is never taken for less than this share of the mean: few rows must not decide. */
const LEAST_VARIANCE = 0.1;

/** Of fit and variance. */
const VARIANCE_ROUNDS = 4;

/**
 * Variance as a constant, a part for each function that grows with what it did (its invocations differ), and one that
 * grows with the square of energy, as residuals show it: a square of a residual has a variance that goes with the square
 * of what is looked for, so fit and variance are found in turns, each weighted by the other (Davidian, Carroll, JASA 82,
 * 1987: pseudo-likelihood).
 */
export function weighted(rows: readonly LoadRow[], cpuParts: CpuParts): LoadRow[] {
  let found = rows.map((row) => ({ ...row, weight: 1 }));
  for (let round = 0; round < VARIANCE_ROUNDS; round++) {
    const factors = linearFactors(found, cpuParts);
    const fitted = rows.map((row) =>
      linearColumns(row, cpuParts).reduce((sum, x, f) => sum + x * factors[f]!, 0),
    );
    const squares = rows.map(({ joules }, i) => (joules - fitted[i]!) ** 2);
    const columns = [
      rows.map(() => 1),
      fitted.map((each) => each ** 2),
      ...factors.map((_, f) => rows.map(({ feature }) => feature[f]!)),
    ];
    const squaredWeights = found.map(({ weight }) => weight * weight);
    const parts = nonNegativeLeastSquares(
      columns.map((a) => columns.map((b) => sumOf(a, b, squaredWeights))),
      columns.map((column) => sumOf(column, squares, squaredWeights)),
    );
    const mean = squares.reduce((sum, each) => sum + each, 0) / squares.length;
    if (mean === 0) return found;
    found = found.map((row, i) => {
      const variance = columns.reduce((sum, column, k) => sum + parts[k]! * column[i]!, 0);
      return { ...row, weight: mean / Math.max(variance, LEAST_VARIANCE * mean) };
    });
  }
  return found;
}

function sumOf(a: readonly number[], b: readonly number[], weights: readonly number[]): number {
  return a.reduce((sum, each, i) => sum + weights[i]! * each * b[i]!, 0);
}
