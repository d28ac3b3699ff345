import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** How well the loads of functions can be told apart. */
export interface Separability {
  /** Variance inflation: by how much the others' presence widens a function's variance. 1 where they don't matter. */
  varianceInflation: number[];
  /** Of the design, its columns scaled to equal length (Belsley, Kuh, Welsch, Regression Diagnostics, 1980, 3.2). */
  conditionNumber: number;
  /** Of each function, those whose loads went up and down with its own. */
  companions: number[][];
}

/** A direction in which the loads varied this much less than in the best one is a near dependency. */
const CONDITION_INDEX = 5;
/** A function is part of it where it has this much of the weight of the heaviest. */
const PART = 0.3;

/**
 * @param columns - of the design: what each function did in each row, idle taken off, so there is no constant to centre
 *   on: power at no load is known
 */
export function separability(
  columns: readonly (readonly number[])[],
  weights: readonly number[],
): Separability {
  const n = columns.length;
  const length = columns.map((column) =>
    Math.sqrt(column.reduce((sum, value, i) => sum + weights[i]! * value * value, 0)),
  );
  const gram = Matrix.zeros(n, n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      const product = columns[a]!.reduce(
        (sum, value, i) => sum + weights[i]! * value * columns[b]![i]!,
        0,
      );
      gram.set(a, b, product / length[a]! / length[b]!);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const values = realEigenvalues.map((value) => Math.max(value, 1e-12));
  const most = Math.max(...values);
  const inflation = columns.map((_, f) =>
    values.reduce((sum, value, k) => sum + eigenvectorMatrix.get(f, k) ** 2 / value, 0),
  );
  const together = columns.map((_, f) => new Set([f]));
  values.forEach((value, k) => {
    if (most / value < CONDITION_INDEX ** 2) return;
    const weight = columns.map((_, f) => Math.abs(eigenvectorMatrix.get(f, k)));
    const heaviest = Math.max(...weight);
    const parts = weight.flatMap((each, f) => (each >= PART * heaviest ? [f] : []));
    for (const f of parts) for (const g of parts) together[f]!.add(g);
  });
  return {
    varianceInflation: inflation,
    conditionNumber: Math.sqrt(most / Math.min(...values)),
    companions: together.map((group) => [...group].sort((a, b) => a - b)),
  };
}
