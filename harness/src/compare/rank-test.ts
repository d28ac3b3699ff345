import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

/** Up to this many values in all the distribution is counted out; beyond, the normal one is as good. */
const EXACT_VALUES = 100;

/**
 * The two-sided p of the Mann-Whitney test: how often two samples of one population differ at least as much in rank.
 * Exact, also with ties, for up to 100 values: the permutation distribution of the mid-ranks. Beyond, normal with
 * corrections for ties and continuity.
 *
 * Sources: Mann and Whitney, Ann. Math. Statist. 18 (1947) 50; Streitberg and Röhmel, Statistical Software Newsletter
 * 12 (1986) 10 (shift algorithm); Lehmann, Nonparametrics (1975), 1.4 (ties).
 */
export function rankTest(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return 1;
  const ranks = doubledRanks([...a, ...b]);
  const observed = ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0);
  const n = ranks.length;
  // Doubled, as the ranks are: whole numbers also where values are tied.
  const distance = Math.abs(observed - a.length * (n + 1));
  return n <= EXACT_VALUES ? exactP(ranks, a.length, distance) : normalP(ranks, a.length, distance);
}

/** The smallest p that samples of these sizes can have. */
export function smallestP(m: number, n: number): number {
  let ways = 1;
  for (let i = 1; i <= m; i++) ways = (ways * (n + i)) / i;
  return Math.min(1, 2 / ways);
}

/** Twice the mid-rank of each value, in the values' order. */
function doubledRanks(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  return values.map((value) => sorted.indexOf(value) + sorted.lastIndexOf(value) + 2);
}

/** Counts the subsets of `size` ranks by their sum. */
function exactP(ranks: readonly number[], size: number, distance: number): number {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  for (const [i, rank] of ranks.entries()) {
    for (let k = Math.min(size, i + 1); k >= 1; k--) {
      const [from, to] = [ways[k - 1]!, ways[k]!];
      for (let sum = most; sum >= rank; sum--) to[sum]! += from[sum - rank]!;
    }
  }
  const centre = size * (ranks.length + 1);
  let [all, extreme] = [0, 0];
  for (const [sum, count] of ways[size]!.entries()) {
    all += count;
    if (Math.abs(sum - centre) >= distance) extreme += count;
  }
  return extreme / all;
}

function normalP(ranks: readonly number[], size: number, distance: number): number {
  const n = ranks.length;
  const centre = n + 1;
  // Of a sum of `size` ranks drawn without replacement; the ranks' own scatter holds the ties.
  const scatter = ranks.reduce((sum, rank) => sum + (rank - centre) ** 2, 0) / n;
  const variance = (scatter * size * (n - size)) / (n - 1);
  if (variance === 0) return 1;
  const z = Math.max(0, distance - 1) / Math.sqrt(variance);
  return Math.min(1, 2 * normalCdf(-z, 0, 1));
}
