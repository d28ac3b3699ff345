import { type NodeSamples, type Phase } from './input.js';
import { cumulativeAt, riseIn } from './cumulative.js';
import { intersect, mergeSpans, secondsOf, subtractSpans, type Span } from './spans.js';
import { mean, ofMean, type Uncertainty } from './uncertainty.js';

/**
 * How long a node is not taken for idle after the last request: what the load leaves behind (garbage
 * collection, buffers being written) is the load's, and meter and invocations may be apart by a sample.
 */
const AFTER_BUSY_US = 500_000;
/** The same before a request: the meter's sample may reach into it. */
const BEFORE_BUSY_US = 100_000;

/** Idle time is cut into pieces of about this length, whose scatter tells how sure the mean is. */
const PIECE_US = 1_000_000;

/** A shorter stretch than this says more of its edges than of the idle power. */
const SHORTEST_US = 400_000;

/** Drift counts as seen beyond this many standard uncertainties and this share of idle power. */
const DRIFT_SIGMAS = 3;
const DRIFT_SHARE = 0.01;

/** A node's power with nothing to do. */
export interface IdlePower {
  watts: number;
  uncertainty: Uncertainty;
  seconds: number;
  /** Mean power before the first and after the last repetition differ beyond noise, in watts. */
  driftWatts?: number;
}

/**
 * Idle power from the idle phases, and from settle and unlabelled time with nothing in flight.
 * @returns undefined where no idle time was measured
 */
export function idlePower(
  samples: NodeSamples,
  phases: readonly Phase[],
  busy: readonly Span[],
): IdlePower | undefined {
  const pieces = idleSpans(samples, phases, busy).flatMap((span) => cut(span, samples));
  if (pieces.length === 0) return undefined;
  const seconds = pieces.reduce((sum, piece) => sum + piece.seconds, 0);
  const watts = pieces.reduce((sum, piece) => sum + piece.watts * piece.seconds, 0) / seconds;
  const drift = driftOf(pieces, phases, watts);
  return {
    watts,
    uncertainty: uncertaintyOf(pieces.map((piece) => piece.watts)),
    seconds,
    ...(drift === undefined ? {} : { driftWatts: drift }),
  };
}

interface Piece extends Span {
  watts: number;
  seconds: number;
}

/** The time a node was not asked for anything, within what was measured. */
export function idleSpans(
  { timeUs }: NodeSamples,
  phases: readonly Phase[],
  busy: readonly Span[],
): Span[] {
  if (timeUs.length < 2) return [];
  const loaded = phases.filter(({ phase }) => phase === 'warmup' || phase === 'load');
  const holes = mergeSpans(
    [...busy, ...loaded].map(({ startUs, endUs }) => ({
      startUs: startUs - BEFORE_BUSY_US,
      endUs: endUs + AFTER_BUSY_US,
    })),
  );
  const measured = { startUs: timeUs[0]!, endUs: timeUs[timeUs.length - 1]! };
  const run = extentOf(phases, measured);
  return subtractSpans(run, holes).filter(({ startUs, endUs }) => endUs - startUs >= SHORTEST_US);
}

/** From the first phase to the last, within the samples; all of them where there are no phases. */
export function extentOf(phases: readonly Phase[], measured: Span): Span {
  if (phases.length === 0) return measured;
  const startUs = Math.min(...phases.map((phase) => phase.startUs));
  const endUs = Math.max(...phases.map((phase) => phase.endUs));
  return intersect({ startUs, endUs }, measured) ?? measured;
}

function cut(span: Span, { timeUs, energyJoules, gapUs }: NodeSamples): Piece[] {
  const count = Math.max(1, Math.round((span.endUs - span.startUs) / PIECE_US));
  const step = (span.endUs - span.startUs) / count;
  return Array.from({ length: count }, (_, i) => {
    const piece = { startUs: span.startUs + i * step, endUs: span.startUs + (i + 1) * step };
    const seconds = secondsOf(piece);
    return { ...piece, seconds, watts: riseIn(timeUs, energyJoules, piece) / seconds };
  }).filter((piece) => !gapUs || riseIn(timeUs, gapUs, piece) === 0);
}

/** Pieces next to each other are alike where power wanders: their lag-1 correlation widens the interval. */
function uncertaintyOf(watts: readonly number[]): Uncertainty {
  const independent = ofMean(watts);
  if (watts.length < 4) return independent;
  const rho = Math.min(0.9, Math.max(0, lagOneCorrelation(watts)));
  const inflation = (1 + rho) / (1 - rho);
  return {
    u: independent.u * Math.sqrt(inflation),
    degrees: Math.max(1, watts.length / inflation - 1),
  };
}

/** Source: Box, Jenkins, Reinsel, Time Series Analysis, 2.1.5. */
function lagOneCorrelation(values: readonly number[]): number {
  const centre = mean(values);
  let [cross, square] = [0, 0];
  for (const [i, value] of values.entries()) {
    square += (value - centre) ** 2;
    if (i > 0) cross += (value - centre) * (values[i - 1]! - centre);
  }
  return square === 0 ? 0 : cross / square;
}

function driftOf(
  pieces: readonly Piece[],
  phases: readonly Phase[],
  watts: number,
): number | undefined {
  const loads = phases.filter(({ phase }) => phase === 'load');
  if (loads.length === 0) return undefined;
  const firstUs = Math.min(...loads.map(({ startUs }) => startUs));
  const lastUs = Math.max(...loads.map(({ endUs }) => endUs));
  const before = pieces.filter((piece) => piece.endUs <= firstUs).map((piece) => piece.watts);
  const after = pieces.filter((piece) => piece.startUs >= lastUs).map((piece) => piece.watts);
  if (before.length < 2 || after.length < 2) return undefined;
  const drift = mean(after) - mean(before);
  const noise = Math.hypot(uncertaintyOf(before).u, uncertaintyOf(after).u);
  const seen = Math.abs(drift) > DRIFT_SIGMAS * noise && Math.abs(drift) > DRIFT_SHARE * watts;
  return seen ? drift : undefined;
}

/** Whether a node's samples cover a window. */
export function covers({ timeUs, energyJoules }: NodeSamples, { startUs, endUs }: Span): boolean {
  return (
    !Number.isNaN(cumulativeAt(timeUs, energyJoules, startUs)) &&
    !Number.isNaN(cumulativeAt(timeUs, energyJoules, endUs))
  );
}
