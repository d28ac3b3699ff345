import type { Activity } from './activity.js';
import { risesIn } from './cumulative.js';
import { idleCpuRate } from './cpu-use.js';
import type { NodeView } from './node-view.js';
import { leaveBlocksOutError } from './cross-validation.js';
import { secondsOf, type Span } from './spans.js';

/** What a function's energy is taken to be proportional to. */
export type Feature = 'busy_seconds' | 'invocations' | 'cpu_seconds' | 'bytes';

/** By row: a function's column of the design under each feature that is known of it. */
export type Candidates = Partial<Record<Feature, readonly number[]>> & {
  busy_seconds: readonly number[];
};

/** Energy above idle, and what is known of each function, by row. */
export interface FeatureRows {
  candidates: readonly Candidates[];
  joules: readonly number[];
  /** 0 where the energy is not known, else 1. */
  weights: readonly number[];
  /** Rows of a block are left out together. */
  block: readonly number[];
}

/** Another feature must predict better by this many standard errors of the difference. */
const EVIDENCE_SIGMAS = 2;

/** What is known of a function over some spans. */
export function candidatesOf(
  { cpu, idle, invocations }: NodeView,
  activity: Activity,
  spans: readonly Span[],
): Candidates {
  const found: Candidates = {
    busy_seconds: [...activity.busySeconds],
    invocations: [...activity.count],
  };
  if (invocations.bytes && activity.bytes.some((value) => value > 0)) {
    found.bytes = [...activity.bytes];
  }
  const replicas = cpu.find(({ entity }) => entity === `function:${activity.function}`);
  if (replicas) {
    const rate = idleCpuRate(replicas, idle);
    const rises = risesIn(replicas.timeUs, replicas.cpuSeconds, spans);
    const used = spans.map((span, i) => Math.max(0, rises[i]! - rate * secondsOf(span)));
    if (used.every(Number.isFinite) && used.some((value) => value > 0)) found.cpu_seconds = used;
  }
  return found;
}

/**
 * The features that predict energy best where they have not seen it: seconds in flight, unless others are better by
 * more than chance, first for all functions at once, then for each by itself.
 */
export function chooseFeatures(
  { candidates, joules, weights, block }: FeatureRows,
  others: readonly Feature[],
): Feature[] {
  let chosen: Feature[] = candidates.map(() => 'busy_seconds');
  if (new Set(block).size < 2) return chosen;
  const errorsOf = (features: readonly Feature[]) =>
    leaveBlocksOutError(
      candidates.map((each, f) => each[features[f]!]!),
      joules,
      weights,
      block,
    );
  let errors = errorsOf(chosen);
  const tryOut = (features: Feature[]) => {
    const tried = errorsOf(features);
    if (!isBetter(tried, errors)) return;
    [chosen, errors] = [features, tried];
  };
  for (const feature of others) {
    tryOut(candidates.map((each, f) => (each[feature] ? feature : chosen[f]!)));
  }
  candidates.forEach((each, f) => {
    for (const feature of ['busy_seconds', ...others] as const) {
      if (feature === chosen[f] || !each[feature]) continue;
      tryOut(chosen.map((own, g) => (g === f ? feature : own)));
    }
  });
  return chosen;
}

/** By the standard error of the difference between paired errors (Breiman et al., 1984, 3.4.3). */
export function isBetter(tried: readonly number[], now: readonly number[]): boolean {
  const gains = now.map((error, g) => error - tried[g]!);
  const n = gains.length;
  const gain = gains.reduce((sum, each) => sum + each, 0) / n;
  const variance = gains.reduce((sum, each) => sum + (each - gain) ** 2, 0) / (n - 1);
  return gain > EVIDENCE_SIGMAS * Math.sqrt(variance / n);
}
