import { cumulativeAt, firstAtOrAfter } from './cumulative.js';
import type { Invocations, NodeSamples, Phase } from './input.js';
import { mergeSpans, type Span } from './spans.js';
import type { Uncertainty } from './uncertainty.js';

/** How much later than the invocations the meter's times are, in seconds. */
export interface Lag {
  seconds: number;
  uncertainty: Uncertainty;
}

/** The exporter refuses clocks further apart than this. */
const MOST_SECONDS = 1;

/** Of the meter's samples around a step of the load, at least so many on each side. */
const SAMPLES_AROUND = 6;
const SECONDS_AROUND = 3;

/** Of a faster meter only some samples are looked at: the lag is then surer than it must be, and found in little time. */
const LEAST_INTERVAL_US = 80_000;

/** Fewer steps say nothing of their scatter. */
const FEWEST_STEPS = 4;

/** The load must explain this much of the variance of power around its steps. */
const LEAST_EXPLAINED = 0.5;

/** Steps looked at; more make the lag no surer than it must be. */
const MOST_STEPS = 64;

/** Power around one step, and the requests in flight. */
interface Step {
  timeUs: Float64Array;
  watts: Float64Array;
  busy: { timeUs: Float64Array; seconds: Float64Array };
}

/**
 * The lag at which power follows the number of requests in flight best, around the steps from idle to load and back:
 * least squares of the mean power in each interval of the meter on the mean number in flight in the interval shifted,
 * which is cross-correlation with a level and a slope of its own for each step. An interval that straddles a step tells
 * where in it the step was, so the lag is known to a part of the meter's period.
 * @param invocations - by the time they start
 * @param weights - of nodeWeights
 * @returns undefined where the load does not show in the power, or has too few steps
 */
export function estimateLag(
  samples: NodeSamples,
  phases: readonly Phase[],
  invocations: Invocations,
  weights: Float64Array,
): Lag | undefined {
  const steps = stepsOf(samples, phases, invocations, weights);
  if (steps.length < FEWEST_STEPS) return undefined;
  const period = medianPeriod(steps);
  const residual = (seconds: number) =>
    steps.reduce((sum, step) => sum + residualOf(step, seconds), 0);
  const grid = Math.min(0.05, period / 2);
  let best = 0;
  let least = Infinity;
  for (let i = -Math.round(MOST_SECONDS / grid); i * grid <= MOST_SECONDS; i++) {
    const at = residual(i * grid);
    if (at < least) [best, least] = [i * grid, at];
  }
  const seconds = minimum(residual, best - grid, best + grid);
  const total = steps.reduce((sum, step) => sum + totalSquares(step), 0);
  if (1 - residual(seconds) / total < LEAST_EXPLAINED) return undefined;
  return { seconds, uncertainty: uncertaintyAt(steps, seconds, period / 8) };
}

/** Sandwich of the steps' own gradients around the common minimum (Huber, 1967; the step is the sample). */
function uncertaintyAt(steps: readonly Step[], seconds: number, h: number): Uncertainty {
  let [bend, squares] = [0, 0];
  for (const step of steps) {
    const [below, at, above] = [-h, 0, h].map((shift) => residualOf(step, seconds + shift)) as [
      number,
      number,
      number,
    ];
    bend += (above - 2 * at + below) / h ** 2;
    squares += ((above - below) / (2 * h)) ** 2;
  }
  const n = steps.length;
  const u = bend > 0 ? (Math.sqrt(squares) / bend) * Math.sqrt(n / (n - 1)) : Infinity;
  return { u, degrees: n - 1 };
}

function stepsOf(
  samples: NodeSamples,
  phases: readonly Phase[],
  invocations: Invocations,
  weights: Float64Array,
): Step[] {
  const drives = mergeSpans(phases.filter(({ phase }) => phase === 'warmup' || phase === 'load'));
  const edges = drives.flatMap(({ startUs, endUs }) => [startUs, endUs]);
  const chosen =
    edges.length <= MOST_STEPS
      ? edges
      : Array.from(
          { length: MOST_STEPS },
          (_, i) => edges[Math.floor((i * edges.length) / MOST_STEPS)]!,
        );
  const longestUs = longest(invocations);
  return chosen.flatMap((edgeUs) => {
    const step = stepAt(edgeUs, samples, invocations, weights, longestUs);
    return step ? [step] : [];
  });
}

function stepAt(
  edgeUs: number,
  { timeUs, energyJoules, gapUs }: NodeSamples,
  invocations: Invocations,
  weights: Float64Array,
  longestUs: number,
): Step | undefined {
  const middle = firstAtOrAfter(timeUs, edgeUs);
  const from = Math.min(
    firstAtOrAfter(timeUs, edgeUs - SECONDS_AROUND * 1e6),
    middle - SAMPLES_AROUND,
  );
  const until = Math.max(
    firstAtOrAfter(timeUs, edgeUs + SECONDS_AROUND * 1e6),
    middle + SAMPLES_AROUND,
  );
  if (from < 0 || until >= timeUs.length) return undefined;
  if (gapUs && gapUs[until] !== gapUs[from]) return undefined;
  const chosen = [from];
  for (let i = from + 1; i <= until; i++) {
    if (timeUs[i]! - timeUs[chosen.at(-1)!]! >= LEAST_INTERVAL_US) chosen.push(i);
  }
  const times = Float64Array.from(chosen, (i) => timeUs[i]!);
  const watts = new Float64Array(times.length - 1).map(
    (_, i) =>
      (energyJoules[chosen[i + 1]!]! - energyJoules[chosen[i]!]!) /
      ((times[i + 1]! - times[i]!) / 1e6),
  );
  const margin = MOST_SECONDS * 1e6 * 1.1;
  const region = { startUs: times[0]! - margin, endUs: times[times.length - 1]! + margin };
  const busy = busyIn(region, invocations, weights, longestUs);
  return busy.timeUs.length > 2 ? { timeUs: times, watts, busy } : undefined;
}

/** Seconds in flight since the region's start, summed over requests: linear between the times given. */
function busyIn(
  region: Span,
  { functions, functionIndex, nodeIndex, startUs, endUs }: Invocations,
  weights: Float64Array,
  longestUs: number,
): Step['busy'] {
  const changes: { timeUs: number; weight: number }[] = [
    { timeUs: region.startUs, weight: 0 },
    { timeUs: region.endUs, weight: 0 },
  ];
  const first = firstAtOrAfter(startUs, region.startUs - longestUs);
  for (let row = first; row < startUs.length && startUs[row]! < region.endUs; row++) {
    const weight = weights[nodeIndex[row]! * functions.length + functionIndex[row]!]!;
    if (weight === 0 || endUs[row]! <= region.startUs) continue;
    changes.push({ timeUs: Math.max(startUs[row]!, region.startUs), weight });
    changes.push({ timeUs: Math.min(endUs[row]!, region.endUs), weight: -weight });
  }
  changes.sort((a, b) => a.timeUs - b.timeUs);
  const seconds = new Float64Array(changes.length);
  let inFlight = 0;
  changes.forEach(({ timeUs, weight }, i) => {
    if (i > 0) seconds[i] = seconds[i - 1]! + (inFlight * (timeUs - changes[i - 1]!.timeUs)) / 1e6;
    inFlight += weight;
  });
  return { timeUs: Float64Array.from(changes, ({ timeUs }) => timeUs), seconds };
}

/** Of the regression of power on the number in flight, so much earlier; intervals by their length. */
function residualOf({ timeUs, watts, busy }: Step, lagSeconds: number): number {
  const at = (us: number) => cumulativeAt(busy.timeUs, busy.seconds, us - lagSeconds * 1e6);
  let [n, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  let before = at(timeUs[0]!);
  for (let i = 0; i < watts.length; i++) {
    const after = at(timeUs[i + 1]!);
    const seconds = (timeUs[i + 1]! - timeUs[i]!) / 1e6;
    const [inFlight, power] = [(after - before) / seconds, watts[i]!];
    before = after;
    n += seconds;
    x += seconds * inFlight;
    y += seconds * power;
    xx += seconds * inFlight * inFlight;
    xy += seconds * inFlight * power;
    yy += seconds * power * power;
  }
  const [sxx, sxy, syy] = [xx - (x * x) / n, xy - (x * y) / n, yy - (y * y) / n];
  return sxx > 0 && sxy > 0 ? syy - (sxy * sxy) / sxx : syy;
}

function totalSquares({ timeUs, watts }: Step): number {
  let [n, y, yy] = [0, 0, 0];
  watts.forEach((power, i) => {
    const seconds = (timeUs[i + 1]! - timeUs[i]!) / 1e6;
    n += seconds;
    y += seconds * power;
    yy += seconds * power * power;
  });
  return yy - (y * y) / n;
}

function medianPeriod(steps: readonly Step[]): number {
  const periods = steps.flatMap(({ timeUs }) =>
    Array.from(timeUs.subarray(1), (t, i) => (t - timeUs[i]!) / 1e6),
  );
  return periods.sort((a, b) => a - b)[periods.length >> 1]!;
}

function longest({ startUs, endUs }: Invocations): number {
  let most = 0;
  for (let i = 0; i < startUs.length; i++) most = Math.max(most, endUs[i]! - startUs[i]!);
  return most;
}

/** Golden section search (Kiefer, Proc. AMS 4, 1953). */
function minimum(of: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [of(c), of(d)];
  while (b - a > 1e-4) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      c = b - ratio * (b - a);
      fc = of(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + ratio * (b - a);
      fd = of(d);
    }
  }
  return (a + b) / 2;
}
