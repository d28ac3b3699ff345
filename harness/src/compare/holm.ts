/**
 * p values adjusted for being several: comparing them with 0.05 keeps the chance of any false finding below 5 %.
 * Source: Holm, Scand. J. Statist. 6 (1979) 65.
 */
export function holm(ps: readonly number[]): number[] {
  const order = [...ps.keys()].sort((i, j) => ps[i]! - ps[j]!);
  const adjusted = new Array<number>(ps.length);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.min(1, Math.max(least, ps[i]! * (ps.length - rank)));
    adjusted[i] = least;
  }
  return adjusted;
}
