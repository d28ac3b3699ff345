import { Matrix, pseudoInverse } from 'ml-matrix';

/**
 * Weighted linear least squares.
 * @param prior - added to the normal equations
 */
export function solveLinear(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  weights: readonly number[],
  prior: readonly (readonly number[])[],
): number[] {
  const moments = rows[0]!.map((_, a) =>
    rows.reduce((sum, row, i) => sum + weights[i]! * row[a]! * values[i]!, 0),
  );
  return solveNormal(rows, weights, prior, moments);
}

/** The same by the right side of its normal equations. */
export function solveNormal(
  rows: readonly (readonly number[])[],
  weights: readonly number[],
  prior: readonly (readonly number[])[],
  moments: readonly number[],
): number[] {
  const width = rows[0]!.length;
  const gram = Matrix.zeros(width, width);
  rows.forEach((row, i) => {
    for (let a = 0; a < width; a++) {
      const slope = weights[i]! * row[a]!;
      for (let b = 0; b < width; b++) gram.set(a, b, gram.get(a, b) + slope * row[b]!);
    }
  });
  prior.forEach((row, a) => row.forEach((each, b) => gram.set(a, b, gram.get(a, b) + each)));
  // Columns of unlike units would make the inverse inexact.
  const scale = rows[0]!.map((_, a) => Math.sqrt(gram.get(a, a)) || 1);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < width; b++) gram.set(a, b, gram.get(a, b) / scale[a]! / scale[b]!);
  }
  return pseudoInverse(gram)
    .mmul(Matrix.columnVector(moments.map((value, a) => value / scale[a]!)))
    .to1DArray()
    .map((value, a) => value / scale[a]!);
}
