import { Matrix, solve } from 'ml-matrix';

/** Columns that are the same share what they explain. Relative to a column's squares. */
const RIDGE = 1e-11;

/**
 * Least squares with coefficients that are not negative, by the active set method of Lawson and Hanson (Solving Least
 * Squares Problems, 1974, chapter 23) on the normal equations: there are few columns.
 * @param gram - XᵀX
 * @param moments - Xᵀy
 * @param free - which coefficients may be negative
 */
export function nonNegativeLeastSquares(
  gram: number[][],
  moments: number[],
  free: readonly boolean[] = [],
): number[] {
  const n = moments.length;
  const passive = new Set([...moments.keys()].filter((i) => free[i]));
  let x = solveOn(gram, moments, passive);
  for (let round = 0; round < 3 * n; round++) {
    const gradient = moments.map((b, i) => b - dot(gram[i]!, x));
    let best = -1;
    for (let i = 0; i < n; i++) {
      const tolerance = 1e-10 * Math.sqrt(gram[i]![i]!) * norm(moments, gram);
      if (passive.has(i) || gradient[i]! <= tolerance) continue;
      if (best < 0 || scaled(gradient, gram, i) > scaled(gradient, gram, best)) best = i;
    }
    if (best < 0) return x;
    passive.add(best);
    for (;;) {
      const next = solveOn(gram, moments, passive);
      const negative = [...passive].filter((i) => !free[i] && next[i]! <= 0);
      if (negative.length === 0) {
        x = next;
        break;
      }
      const ways = negative.map((i) => (x[i]! > 0 ? x[i]! / (x[i]! - next[i]!) : 0));
      const step = Math.min(...ways);
      x = x.map((value, i) => value + step * (next[i]! - value));
      negative.forEach((i, k) => {
        if (ways[k]! > step) return;
        x[i] = 0;
        passive.delete(i);
      });
      if (passive.size === 0) break;
    }
  }
  return x;
}

/**
 * The same by the design's columns.
 * @param weights - of the rows; 1 where there are none
 */
export function nonNegativeFit(
  columns: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number[] {
  const product = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (weights ? weights[i]! : 1) * a[i]! * b[i]!;
    return sum;
  };
  return nonNegativeLeastSquares(
    columns.map((a) => columns.map((b) => product(a, b))),
    columns.map((a) => product(a, values)),
  );
}

/** Least squares on the columns of `chosen`; 0 elsewhere. */
export function solveOn(
  gram: number[][],
  moments: number[],
  chosen: ReadonlySet<number>,
): number[] {
  const x = moments.map(() => 0);
  const columns = [...chosen].sort((a, b) => a - b);
  if (columns.length === 0) return x;
  const scale = columns.map((i) => Math.sqrt(gram[i]![i]!) || 1);
  const square = columns.map((i, a) =>
    columns.map((j, b) => gram[i]![j]! / scale[a]! / scale[b]! + (a === b ? RIDGE : 0)),
  );
  const right = columns.map((i, a) => [moments[i]! / scale[a]!]);
  const found = solve(new Matrix(square), new Matrix(right));
  columns.forEach((i, a) => (x[i] = found.get(a, 0) / scale[a]!));
  return x;
}

function scaled(gradient: number[], gram: number[][], i: number): number {
  return gradient[i]! / (Math.sqrt(gram[i]![i]!) || 1);
}

function norm(moments: number[], gram: number[][]): number {
  return Math.max(...moments.map((b, i) => Math.abs(b) / (Math.sqrt(gram[i]![i]!) || 1)), 1e-300);
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
