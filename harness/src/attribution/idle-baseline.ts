import { inverse, Matrix } from 'ml-matrix';
import { aicc, AICC_EVIDENCE } from './aicc.js';
import { riseIn } from './cumulative.js';
import type { IdlePiece } from './idle.js';
import type { EntityCpu } from './input.js';
import { secondsOf, type Span } from './spans.js';
import type { Uncertainty } from './uncertainty.js';

/** How idle power goes on in time: as it is, along a line, or towards an end as a warming body does. */
export type DriftShape = 'none' | 'linear' | 'exponential';

/**
 * Idle power as a sum of terms, each known up to its factor: one, time, CPU time of what nobody asked for. Fitted to
 * idle time, and carried on into the load between.
 */
export interface IdleBaseline {
  drift: DriftShape;
  /** Whether CPU time of other work is among the terms, as the last. */
  otherCpu: boolean;
  factors: number[];
  /** Of the factors, noise correlated in time taken into account. */
  covariance: number[][];
  degrees: number;
  /** Joules that each term with a factor of 1 gives in a span. */
  terms: (span: Span) => number[];
}

/** Time constants tried, by the length of the run; a line is the limit of long ones. */
const TIME_CONSTANTS = [0.1, 0.14, 0.2, 0.28, 0.4, 0.57, 0.8, 1.6];

/** Less likely shapes than this count for nothing. */
const LEAST_WEIGHT = 0.001;

/** Below so many pieces, only the mean can be told. */
const PIECES_FOR_DRIFT = 8;

/**
 * The idle power that explains the pieces best for its number of terms.
 * @param other - CPU time of work that nobody asked for, where it is known
 */
export function idleBaseline(
  pieces: readonly IdlePiece[],
  extent: Span,
  other: readonly EntityCpu[],
): IdleBaseline {
  const usesOther =
    other.length > 0 && pieces.every((piece) => Number.isFinite(cpuIn(other, piece)));
  const shapes: [DriftShape, number][] = [['none', 0]];
  if (pieces.length >= PIECES_FOR_DRIFT) {
    shapes.push(['linear', 0]);
    for (const share of TIME_CONSTANTS) shapes.push(['exponential', share * secondsOf(extent)]);
  }
  const candidates = shapes.flatMap(([drift, tau]) =>
    (usesOther && pieces.length >= PIECES_FOR_DRIFT ? [false, true] : [false]).map((otherCpu) =>
      fit(pieces, drift, otherCpu, termsOf(drift, tau, extent, otherCpu ? other : undefined)),
    ),
  );
  // Noise that is correlated in time makes any longer model look better: it is judged by what the richest leaves.
  const least = candidates.reduce((best, each) => (each.squares < best.squares ? each : best));
  const effective = pieces.length / least.inflation;
  const score = ({ squares, parameters: k }: Fit) =>
    effective > k + 2 ? aicc(Math.max(squares, 1e-30), effective, k) : Infinity;
  const [plain, ...richer] = candidates;
  const best = richer.reduce((a, b) => (score(b) < score(a) ? b : a), plain!);
  if (score(best) >= score(plain!) - AICC_EVIDENCE) return plain!;
  if (best.drift === 'none') return best;
  return averaged(
    richer.filter((each) => each.drift !== 'none' && each.otherCpu === best.otherCpu),
    best.drift,
    effective,
  );
}

/**
 * Which way a drift went on between is not known better than the pieces tell: the mean of the shapes by their likelihood,
 * its variance that of each and of what they differ by (Bayesian model averaging: Hoeting et al., Statist. Sci. 14, 1999).
 * The drifts of all shapes are terms of one model then.
 */
function averaged(shapes: readonly Fit[], drift: DriftShape, effective: number): IdleBaseline {
  const least = Math.max(1e-30, Math.min(...shapes.map(({ squares }) => squares)));
  const free = Math.max(1, effective - shapes[0]!.factors.length);
  const likely = shapes
    .map((fit) => ({ fit, weight: (Math.max(fit.squares, 1e-30) / least) ** (-free / 2) }))
    .filter(({ weight }) => weight >= LEAST_WEIGHT);
  const total = likely.reduce((sum, { weight }) => sum + weight, 0);
  const { otherCpu } = shapes[0]!;
  const width = 1 + likely.length + (otherCpu ? 1 : 0);
  /** Where the factors of a shape are among those of all. */
  const placesOf = (i: number) => [0, 1 + i, ...(otherCpu ? [width - 1] : [])];
  const factors = new Array<number>(width).fill(0);
  likely.forEach(({ fit, weight }, i) => {
    placesOf(i).forEach((at, a) => (factors[at]! += (weight / total) * fit.factors[a]!));
  });
  const covariance = factors.map(() => new Array<number>(width).fill(0));
  likely.forEach(({ fit, weight }, i) => {
    const places = placesOf(i);
    const apart = factors.map((each) => -each);
    places.forEach((at, a) => (apart[at]! += fit.factors[a]!));
    covariance.forEach((row, a) =>
      row.forEach((_, b) => (row[b]! += (weight / total) * apart[a]! * apart[b]!)),
    );
    places.forEach((at, a) =>
      places.forEach(
        (to, b) => (covariance[at]![to]! += (weight / total) * fit.covariance[a]![b]!),
      ),
    );
  });
  return {
    drift,
    otherCpu,
    factors,
    covariance,
    degrees: likely.reduce((sum, { fit, weight }) => sum + (weight / total) * fit.degrees, 0),
    terms: (span) => {
      const each = likely.map(({ fit }) => fit.terms(span));
      return [each[0]![0]!, ...each.map((terms) => terms[1]!), ...each[0]!.slice(2)];
    },
  };
}

interface Fit extends IdleBaseline {
  squares: number;
  parameters: number;
  inflation: number;
}

function fit(
  pieces: readonly IdlePiece[],
  drift: DriftShape,
  otherCpu: boolean,
  terms: IdleBaseline['terms'],
): Fit {
  const rows = pieces.map((piece) => terms(piece).map((joules) => joules / piece.seconds));
  const weights = pieces.map(({ seconds }) => seconds);
  const width = rows[0]!.length;
  const gram = Matrix.zeros(width, width);
  const moments = Matrix.zeros(width, 1);
  pieces.forEach(({ watts }, i) => {
    for (let a = 0; a < width; a++) {
      moments.set(a, 0, moments.get(a, 0) + weights[i]! * rows[i]![a]! * watts);
      for (let b = 0; b < width; b++) {
        gram.set(a, b, gram.get(a, b) + weights[i]! * rows[i]![a]! * rows[i]![b]!);
      }
    }
  });
  const inverted = inverse(gram, true);
  const factors = inverted.mmul(moments).to1DArray();
  const residuals = pieces.map(
    ({ watts }, i) => watts - rows[i]!.reduce((sum, value, a) => sum + value * factors[a]!, 0),
  );
  const squares = residuals.reduce((sum, each, i) => sum + weights[i]! * each * each, 0);
  const inflation = inflationOf(residuals, pieces);
  // An exponential's time constant was searched for: it counts as a parameter.
  const parameters = width + (drift === 'exponential' ? 1 : 0);
  const free = pieces.length - parameters;
  const variance = free > 0 ? (squares / free) * inflation : Infinity;
  return {
    drift,
    otherCpu,
    factors,
    covariance: inverted.to2DArray().map((row) => row.map((value) => value * variance)),
    degrees: Math.max(1, pieces.length / inflation - parameters),
    terms,
    squares,
    parameters,
    inflation,
  };
}

function termsOf(
  drift: DriftShape,
  tau: number,
  { startUs, endUs }: Span,
  other: readonly EntityCpu[] | undefined,
): IdleBaseline['terms'] {
  const middle = (startUs + endUs) / 2e6;
  const half = (endUs - startUs) / 2e6;
  return (span) => {
    const seconds = secondsOf(span);
    const terms = [seconds];
    if (drift === 'linear') {
      terms.push((((span.startUs + span.endUs) / 2e6 - middle) / half) * seconds);
    } else if (drift === 'exponential') {
      const at = (us: number) => tau * Math.exp(-(us - startUs) / 1e6 / tau);
      terms.push(at(span.startUs) - at(span.endUs));
    }
    if (other) terms.push(cpuIn(other, span));
    return terms;
  };
}

function cpuIn(entities: readonly EntityCpu[], span: Span): number {
  return entities.reduce(
    (sum, { timeUs, cpuSeconds }) => sum + riseIn(timeUs, cpuSeconds, span),
    0,
  );
}

/**
 * By what correlation from one piece to the next widens the variance of a mean: (1 + r) / (1 - r), r of lag one.
 * Source: Box, Jenkins, Reinsel, Time Series Analysis, 2.1.5.
 */
function inflationOf(residuals: readonly number[], pieces: readonly IdlePiece[]): number {
  if (residuals.length < 4) return 1;
  let [cross, pairs, square] = [0, 0, 0];
  for (let i = 0; i < residuals.length; i++) {
    square += residuals[i]! ** 2;
    if (!pieces[i]!.follows) continue;
    pairs++;
    cross += residuals[i]! * residuals[i - 1]!;
  }
  if (square === 0 || pairs === 0) return 1;
  const rho = Math.min(0.9, Math.max(0, cross / pairs / (square / residuals.length)));
  return (1 + rho) / (1 - rho);
}

/** Joules of idling in a span. */
export function idleJoules({ factors, terms }: IdleBaseline, span: Span): number {
  return terms(span).reduce((sum, value, i) => sum + value * factors[i]!, 0);
}

/**
 * The uncertainty of a figure from that of idle power.
 * @param slopes - what the figure changes by with each factor
 */
export function baselineUncertainty(
  { covariance, degrees }: IdleBaseline,
  slopes: readonly number[],
): Uncertainty {
  let variance = 0;
  covariance.forEach((row, a) =>
    row.forEach((value, b) => {
      if (slopes[a] !== 0 && slopes[b] !== 0) variance += slopes[a]! * value * slopes[b]!;
    }),
  );
  return { u: Math.sqrt(Math.max(0, variance)), degrees };
}
