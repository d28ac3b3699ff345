import { idleJoules } from './idle-baseline.js';
import type { NodeView } from './node-view.js';
import type { NodeResult } from './result.js';
import { secondsOf } from './spans.js';

/** Two levels of power must be this many of their own scatters apart, and hold this share of the pieces each. */
const LEVELS_APART = 4;
const LEAST_SHARE = 0.05;
/** And differ by this share of idle power: less matters to nobody. */
const LEAST_STEP = 0.01;
/** Fewer pieces don't show two levels. */
const FEWEST_PIECES = 10;

/** Joules of what was subtracted as idle power over the run, without what came and went. */
export function idleEnergy(view: NodeView): number {
  return view.baseline ? idleJoules(view.baseline, view.span) - otherEnergy(view) : 0;
}

/** Joules over the run of a task that comes and goes while nothing is asked for. */
export function otherEnergy({ baseline, pieces, span }: NodeView): number {
  if (!baseline) return 0;
  if (baseline.otherCpu) {
    const last = baseline.factors.length - 1;
    return baseline.factors[last]! * baseline.terms(span)[last]!;
  }
  const residuals = pieces.map(
    (piece) => piece.watts - idleJoules(baseline, piece) / piece.seconds,
  );
  const low = lowLevel(residuals, LEAST_STEP * Math.abs(baseline.factors[0]!));
  // What was subtracted is the mean; the low level lies below it by what the task draws on average.
  return low === undefined ? 0 : -low * secondsOf(span);
}

/** How idle power went on in time, as results tell it. */
export function idleModel(view: NodeView): NonNullable<NodeResult['idle_model']> {
  const { baseline, pieces, span } = view;
  const watts = (piece: NodeView['pieces'][number]) => {
    const terms = baseline!
      .terms(piece)
      .map((joules, i) => (joules * baseline!.factors[i]!) / piece.seconds);
    return (baseline!.otherCpu ? terms.slice(0, -1) : terms).reduce((sum, each) => sum + each, 0);
  };
  return {
    drift: baseline!.drift,
    drift_watts:
      baseline!.drift === 'none' ? 0 : watts(pieces[pieces.length - 1]!) - watts(pieces[0]!),
    other_watts: otherEnergy(view) / secondsOf(span),
  };
}

/**
 * The mean of the lower of two levels, where values lie on two: split where the squares within are least (Fisher,
 * JASA 53, 1958), and told from one level with noise by how far the levels are apart.
 */
function lowLevel(values: readonly number[], leastStep: number): number | undefined {
  const n = values.length;
  if (n < FEWEST_PIECES) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const least = Math.max(2, Math.ceil(LEAST_SHARE * n));
  let best = { within: Infinity, low: 0, high: 0 };
  for (let at = least; at <= n - least; at++) {
    const [low, high] = [sorted.slice(0, at), sorted.slice(at)].map(meanAndSquares) as [
      Level,
      Level,
    ];
    const within = low.squares + high.squares;
    if (within < best.within) best = { within, low: low.mean, high: high.mean };
  }
  const scatter = Math.sqrt(best.within / (n - 2));
  const step = best.high - best.low;
  return step > LEVELS_APART * scatter && step > leastStep ? best.low : undefined;
}

interface Level {
  mean: number;
  squares: number;
}

function meanAndSquares(values: readonly number[]): Level {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return { mean, squares: values.reduce((sum, each) => sum + (each - mean) ** 2, 0) };
}
