import type { CpuParts, LoadRow } from './load-effect.js';
import { linearColumns, linearFactors } from './load-model.js';
import { nonNegativeFit } from './nnls.js';

/** A row's variance is never taken for less than this share of the mean: few rows must not decide. */
const LEAST_VARIANCE = 0.1;

/** Of fit and variance. */
const VARIANCE_ROUNDS = 4;

/**
 * Rows weighted by their variance: the same for all; or besides a part that grows with energy and one with its square; or
 * instead of the first of these one for each function, that grows with what it did (its invocations differ). AICc tells how
 * much the rows tell: a variance of many parts follows the residuals of few rows, which makes their scatter look small.
 * Rows without a weight stay so.
 */
export function weighted(rows: readonly LoadRow[], cpuParts: CpuParts): LoadRow[] {
  const one = () => 1;
  const known = rows.filter(({ weight }) => weight > 0);
  const functions = rows[0]!.feature.map((_, f) => (row: LoadRow) => row.feature[f]!);
  const tried = [
    [one],
    [one, (_: LoadRow, fitted: number) => fitted, square],
    [one, square, ...functions],
  ].map((parts) => weightedBy(known, cpuParts, parts));
  const best = tried.reduce((a, b) => (b.score < a.score ? b : a)).rows.values();
  return rows.map((row) => (row.weight > 0 ? best.next().value! : row));
}

/** A part of a row's variance, up to a factor. */
type VariancePart = (row: LoadRow, fittedJoules: number) => number;

const square: VariancePart = (_, fitted) => fitted ** 2;

/**
 * A square of a residual has a variance that goes with the square of what is looked for, so fit and variance are found in
 * turns, each weighted by the other (Davidian, Carroll, JASA 82, 1987: pseudo-likelihood).
 */
function weightedBy(
  rows: readonly LoadRow[],
  cpuParts: CpuParts,
  parts: readonly VariancePart[],
): { rows: LoadRow[]; score: number } {
  const n = rows.length;
  const linear = linearColumns(rows, cpuParts);
  let found = rows.map((row) => ({ ...row, weight: 1 }));
  let score = 0;
  for (let round = 0; round < VARIANCE_ROUNDS; round++) {
    const factors = linearFactors(found, cpuParts);
    const fitted = rows.map((_, i) =>
      linear.reduce((sum, column, f) => sum + column[i]! * factors[f]!, 0),
    );
    const squares = rows.map(({ joules }, i) => (joules - fitted[i]!) ** 2);
    const mean = squares.reduce((sum, each) => sum + each, 0) / n;
    if (mean === 0) break;
    const columns = parts.map((part) => rows.map((row, i) => part(row, fitted[i]!)));
    const factorsOfParts = nonNegativeFit(
      columns,
      squares,
      found.map(({ weight }) => weight * weight),
    );
    const variances = rows.map((_, i) =>
      Math.max(
        columns.reduce((sum, column, k) => sum + factorsOfParts[k]! * column[i]!, 0),
        LEAST_VARIANCE * mean,
      ),
    );
    found = found.map((row, i) => ({ ...row, weight: mean / variances[i]! }));
    const k = parts.length;
    score =
      squares.reduce((sum, each, i) => sum + each / variances[i]! + Math.log(variances[i]!), 0) +
      2 * k +
      (2 * k * (k + 1)) / Math.max(1, n - k - 1);
  }
  return { rows: found, score };
}
