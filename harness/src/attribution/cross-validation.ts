import { nonNegativeLeastSquares } from './nnls.js';

/**
 * Squared errors of prediction, by block: each predicted by non-negative least squares on the other blocks.
 * @param columns - of the design
 * @param block - of each row, from 0
 */
export function leaveBlocksOutError(
  columns: readonly (readonly number[])[],
  values: readonly number[],
  weights: readonly number[],
  block: readonly number[],
): number[] {
  const blocks = Math.max(...block) + 1;
  const width = columns.length;
  const sums = Array.from({ length: blocks }, () => ({
    gram: columns.map(() => new Array<number>(width).fill(0)),
    moments: new Array<number>(width).fill(0),
  }));
  const whole = {
    gram: columns.map(() => new Array<number>(width).fill(0)),
    moments: new Array<number>(width).fill(0),
  };
  values.forEach((value, i) => {
    for (const { gram, moments } of [sums[block[i]!]!, whole]) {
      for (let a = 0; a < width; a++) {
        moments[a]! += weights[i]! * columns[a]![i]! * value;
        for (let b = 0; b < width; b++)
          gram[a]![b]! += weights[i]! * columns[a]![i]! * columns[b]![i]!;
      }
    }
  });
  const factors = sums.map(({ gram, moments }) =>
    nonNegativeLeastSquares(
      whole.gram.map((row, a) => row.map((each, b) => each - gram[a]![b]!)),
      whole.moments.map((each, a) => each - moments[a]!),
    ),
  );
  const errors = new Array<number>(blocks).fill(0);
  values.forEach((value, i) => {
    const of = factors[block[i]!]!;
    const predicted = columns.reduce((sum, column, f) => sum + of[f]! * column[i]!, 0);
    errors[block[i]!]! += weights[i]! * (value - predicted) ** 2;
  });
  return errors;
}
