import { Matrix, pseudoInverse } from 'ml-matrix';

/**
 * The solutions of weighted linear least squares with each block of rows left out in turn, as differences to the
 * solution of all: what a block's absence changes shows how sure the whole is, whatever the rows of a block have in
 * common and however their variances differ.
 * Source: Efron, Ann. Statist. 7 (1979); for clusters MacKinnon, Nielsen, Webb, J. Appl. Econometrics 38 (2023): CV3.
 * @param block - of each row, from 0 to `blocks` - 1
 * @param prior - added to the normal equations
 */
export function leaveBlocksOut(
  jacobian: readonly (readonly number[])[],
  residuals: readonly number[],
  weights: readonly number[],
  block: readonly number[],
  blocks: number,
  prior: readonly (readonly number[])[],
): number[][] {
  const width = jacobian[0]!.length;
  // Columns of unlike units would make the inverse inexact.
  const scale = Array.from(
    { length: width },
    (_, a) =>
      Math.sqrt(
        jacobian.reduce((sum, row, i) => sum + weights[i]! * row[a]! ** 2, prior[a]![a]!),
      ) || 1,
  );
  const grams = Array.from({ length: blocks }, () => Matrix.zeros(width, width));
  const moments = Array.from({ length: blocks }, () => Matrix.zeros(width, 1));
  jacobian.forEach((row, i) => {
    const g = block[i]!;
    for (let a = 0; a < width; a++) {
      const slope = (weights[i]! * row[a]!) / scale[a]!;
      moments[g]!.set(a, 0, moments[g]!.get(a, 0) + slope * residuals[i]!);
      for (let b = 0; b < width; b++) {
        grams[g]!.set(a, b, grams[g]!.get(a, b) + (slope * row[b]!) / scale[b]!);
      }
    }
  });
  const whole = grams.reduce((sum, each) => Matrix.add(sum, each), Matrix.zeros(width, width));
  prior.forEach((row, a) =>
    row.forEach((each, b) => whole.set(a, b, whole.get(a, b) + each / scale[a]! / scale[b]!)),
  );
  const right = moments.reduce((sum, each) => Matrix.add(sum, each), Matrix.zeros(width, 1));
  const solution = pseudoInverse(whole).mmul(right);
  return grams.map((gram, g) => {
    const left = pseudoInverse(Matrix.sub(whole, gram)).mmul(Matrix.sub(right, moments[g]!));
    return Matrix.sub(left, solution)
      .to1DArray()
      .map((value, a) => value / scale[a]!);
  });
}

/** Standard uncertainty from values with each of the blocks left out: sqrt((n - 1) / n * sum of squares). */
export function jackknifeUncertainty(deviations: readonly number[]): number {
  const n = deviations.length;
  const centre = deviations.reduce((sum, each) => sum + each, 0) / n;
  return Math.sqrt(((n - 1) / n) * deviations.reduce((sum, each) => sum + (each - centre) ** 2, 0));
}
