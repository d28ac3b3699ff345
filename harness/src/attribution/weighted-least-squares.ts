import { Matrix, pseudoInverse } from 'ml-matrix';

/**
 * Weighted linear least squares.
 * @param prior - added to the last diagonal element of the normal equations
 */
export function solveLinear(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  weights: readonly number[],
  prior = 0,
): number[] {
  const width = rows[0]!.length;
  // Columns of unlike units would make the inverse inexact.
  const scale = Array.from(
    { length: width },
    (_, a) => Math.sqrt(rows.reduce((sum, row, i) => sum + weights[i]! * row[a]! ** 2, 0)) || 1,
  );
  const gram = Matrix.zeros(width, width);
  const moments = Matrix.zeros(width, 1);
  rows.forEach((row, i) => {
    for (let a = 0; a < width; a++) {
      const slope = (weights[i]! * row[a]!) / scale[a]!;
      moments.set(a, 0, moments.get(a, 0) + slope * values[i]!);
      for (let b = 0; b < width; b++)
        gram.set(a, b, gram.get(a, b) + (slope * row[b]!) / scale[b]!);
    }
  });
  const last = width - 1;
  gram.set(last, last, gram.get(last, last) + prior / scale[last]! ** 2);
  return pseudoInverse(gram)
    .mmul(moments)
    .to1DArray()
    .map((value, a) => value / scale[a]!);
}
