import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Interval } from './result.js';

/** A standard uncertainty and its degrees of freedom; `Infinity` where it was not estimated from scatter. */
export interface Uncertainty {
  u: number;
  degrees: number;
}

export const EXACT: Uncertainty = { u: 0, degrees: Infinity };

/**
 * Root of the sum of squares, with effective degrees of freedom by Welch-Satterthwaite.
 * Source: JCGM 100:2008 (GUM), 5.1.2 and G.4.1.
 */
export function combine(...parts: readonly Uncertainty[]): Uncertainty {
  const u = Math.hypot(...parts.map((part) => part.u));
  const denominator = parts.reduce((sum, part) => sum + part.u ** 4 / part.degrees, 0);
  return { u, degrees: denominator === 0 ? Infinity : u ** 4 / denominator };
}

export function scale({ u, degrees }: Uncertainty, factor: number): Uncertainty {
  return { u: Math.abs(factor) * u, degrees };
}

/** The coverage factor of a two-sided 95 % interval (GUM, G.3). */
export function coverage95(degrees: number): number {
  return studentQuantile(0.975, degrees);
}

/** Quantile of Student's t; the normal distribution's where `degrees` is infinite. */
export function studentQuantile(p: number, degrees: number): number {
  return tQuantile(p, Math.min(degrees, 1e9));
}

export function interval95(value: number, { u, degrees }: Uncertainty): Interval {
  const half = u === 0 ? 0 : coverage95(degrees) * u;
  return { low: value - half, high: value + half };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean of independent values: s / sqrt(n), n - 1 degrees of freedom (GUM, 4.2.3). */
export function ofMean(values: readonly number[]): Uncertainty {
  const n = values.length;
  if (n < 2) return { u: Infinity, degrees: 1 };
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1);
  return { u: Math.sqrt(variance / n), degrees: n - 1 };
}
