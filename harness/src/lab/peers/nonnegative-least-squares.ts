/** Enough for what differs by a factor of some hundreds. */
const MOST_SWEEPS = 500;

/**
 * The x without negative elements that makes |A·x − b|² least.
 * Source: Franc, Hlaváč, Navara, Sequential coordinate-wise algorithm for the non-negative least squares
 * problem, CAIP 2005.
 * @param rows - of A
 */
export function nonnegativeLeastSquares(
  rows: readonly (readonly number[])[],
  b: readonly number[],
): number[] {
  const columns = rows[0]?.length ?? 0;
  const products = (own: number) =>
    Array.from({ length: columns }, (_, j) => rows.reduce((sum, a) => sum + a[own]! * a[j]!, 0));
  const gram = Array.from({ length: columns }, (_, i) => products(i));
  const x = new Array<number>(columns).fill(0);
  /** Of half the squared distance. */
  const gradient = x.map((_, j) => -rows.reduce((sum, a, i) => sum + a[j]! * b[i]!, 0));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (let j = 0; j < columns; j++) {
      if (gram[j]![j] === 0) continue;
      const next = Math.max(0, x[j]! - gradient[j]! / gram[j]![j]!);
      const step = next - x[j]!;
      if (step === 0) continue;
      x[j] = next;
      for (let i = 0; i < columns; i++) gradient[i]! += step * gram[j]![i]!;
      largest = Math.max(largest, Math.abs(step) / (next + 1e-12));
    }
    if (largest < 1e-9) break;
  }
  return x;
}
