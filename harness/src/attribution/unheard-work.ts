import { aicc, AICC_EVIDENCE } from './aicc.js';
import { mean, type Uncertainty } from './uncertainty.js';

/** What windows give at no other work. */
export interface WithoutOther {
  /** By window: joules per invocation, less other work's. */
  marginals: number[];
  /** Of their mean. */
  random: Uncertainty;
}

/**
 * Other work that came during load only is not in idle power, and so in the windows' energy: where their joules clearly rise
 * with its CPU time, a line is fitted, and what it gives at none is the function's (analysis of covariance; Draper, Smith,
 * Applied Regression Analysis, 3rd ed., 1998, 1.4).
 * @param marginals - joules per invocation, by window
 * @param otherCpu - CPU seconds of other work by invocation, above what it takes in idle time
 * @returns undefined where windows don't show it
 */
export function withoutOtherWork(
  marginals: readonly number[],
  otherCpu: readonly number[],
): WithoutOther | undefined {
  const n = marginals.length;
  const [y, x] = [mean(marginals), mean(otherCpu)];
  const sum = (of: (i: number) => number) => marginals.reduce((all, _, i) => all + of(i), 0);
  const [xx, xy, yy] = [
    sum((i) => (otherCpu[i]! - x) ** 2),
    sum((i) => (otherCpu[i]! - x) * (marginals[i]! - y)),
    sum((i) => (marginals[i]! - y) ** 2),
  ];
  const slope = xy / xx;
  const left = Math.max(yy - slope * xy, 1e-12 * yy);
  if (!(slope > 0) || n < 5) return undefined;
  if (aicc(left, n, 3) >= aicc(yy, n, 2) - AICC_EVIDENCE) return undefined;
  return {
    marginals: marginals.map((each, i) => each - slope * otherCpu[i]!),
    random: { u: Math.sqrt((left / (n - 2)) * (1 / n + x ** 2 / xx)), degrees: n - 2 },
  };
}
