import { inverse, Matrix } from 'ml-matrix';
import { risesIn } from './cumulative.js';
import { nonNegativeFit } from './nnls.js';
import type { NodeView } from './node-view.js';
import type { Span } from './spans.js';

/** By how much idle power may differ from what idle time shows: columns of a regression. */
export interface BaselineOffsets {
  /** By row, then offset: first the terms of the baseline, then CPU time of other work that is not among them. */
  columns: number[][];
  /** Inverse covariance of the offsets, by idle time alone; 0 of what it doesn't tell. */
  precision: number[][];
}

/** Watts that no measurement is better than; keeps an exact one invertible. */
const LEAST_WATTS = 1e-6;

/**
 * Load windows tell of idle power too, most of all of work that came only during load: so its terms are fitted once more
 * along with the functions, held by what idle time shows.
 */
export function baselineOffsets(view: NodeView, spans: readonly Span[]): BaselineOffsets {
  const { covariance, terms } = view.baseline!;
  const unheard = unheardCpuSeconds(view, spans);
  const width = covariance.length + (unheard ? 1 : 0);
  const precision = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  if (covariance.every((row) => row.every(Number.isFinite))) {
    const floor = Matrix.eye(covariance.length).mul(LEAST_WATTS ** 2);
    inverse(new Matrix(covariance).add(floor))
      .to2DArray()
      .forEach((row, a) => row.forEach((each, b) => (precision[a]![b] = each)));
  }
  return {
    columns: spans.map((span, i) => [...terms(span), ...(unheard ? [unheard[i]!] : [])]),
    precision,
  };
}

/** CPU time of other work that came during load only, so that idle time doesn't tell its watts. */
export function unheardCpuSeconds(
  { baseline, otherCpu }: NodeView,
  spans: readonly Span[],
): number[] | undefined {
  if (baseline!.otherCpu) return undefined;
  const rises = otherCpu.map((each) => risesIn(each.timeUs, each.cpuSeconds, spans));
  const seconds = spans.map((_, i) => rises.reduce((sum, each) => sum + each[i]!, 0));
  const heard = seconds.every(Number.isFinite) && seconds.some((each) => each > 0);
  return heard ? seconds : undefined;
}

/** Watts of a busy core of that work, by what it added to the functions' energy on a linear node. */
export function unheardWatts(
  busySeconds: readonly ArrayLike<number>[],
  unheard: readonly number[],
  joules: readonly number[],
  weights: readonly number[],
): number {
  return nonNegativeFit([...busySeconds, unheard], joules, weights).at(-1)!;
}
