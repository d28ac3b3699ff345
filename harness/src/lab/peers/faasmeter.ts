import { cumulativeAt, riseIn } from '../../attribution/cumulative.js';
import type { Phase } from '../../attribution/input.js';
import { type FunctionInvocations, invocationsOf } from '../../attribution/node-invocations.js';
import { secondsOf, type Span } from '../../attribution/spans.js';
import { mean } from '../../attribution/uncertainty.js';
import { nonnegativeLeastSquares } from './nonnegative-least-squares.js';
import type { Peer, PeerInput } from './peer.js';

const STEP_US = 1e6;
const INITIAL_STEPS = 120;
const WINDOW_STEPS = 60;
/** How much of the figure before remains, beside a window's own least squares. */
const KEPT = 0.8;
/** Relative standard deviations; the description names none. */
const INITIAL_UNCERTAINTY = 0.2;
const WANDER = 0.05;

/** A second: power above idle, and how many invocations of each function were in flight on average. */
interface Second {
  watts: number;
  inFlight: number[];
}

/**
 * FaasMeter's, written from its description (Choudhury et al., SoCC 2024): power above idle, second by
 * second, on the concurrency of each function by non-negative least squares over the first two minutes;
 * then, each minute, part of a fresh fit and a Kalman step on the mean power. Joules are watts times mean
 * latency. (Its bound of 1 W from below is left out: it is made for servers.)
 */
export const faasmeter: Peer = (input) => {
  const functions = invocationsOf(input.run.invocations, input.samples.node);
  const seconds = secondsUnderLoad(input, functions);
  const fit = (part: readonly Second[]) =>
    nonnegativeLeastSquares(
      part.map(({ inFlight }) => inFlight),
      part.map(({ watts }) => watts),
    );
  const watts = fit(seconds.slice(0, INITIAL_STEPS));
  const variance = watts.map((each) => (INITIAL_UNCERTAINTY * each) ** 2);
  for (let i = INITIAL_STEPS; i + WINDOW_STEPS <= seconds.length; i += WINDOW_STEPS) {
    const window = seconds.slice(i, i + WINDOW_STEPS);
    const fresh = fit(window);
    const inFlight = watts.map((_, f) => mean(window.map((second) => second.inFlight[f]!)));
    for (const [f, each] of inFlight.entries()) {
      if (each === 0) continue;
      watts[f] = KEPT * watts[f]! + (1 - KEPT) * fresh[f]!;
      variance[f]! += (WANDER * watts[f]!) ** 2;
    }
    kalmanStep(watts, variance, inFlight, window);
  }
  return new Map(
    functions.map((own, f) => [
      own.function,
      watts[f]! * mean(Array.from(own.endUs, (end, i) => (end - own.startUs[i]!) / 1e6)),
    ]),
  );
};

/** One scalar measurement, the window's mean power; covariances are taken as nought. */
function kalmanStep(
  watts: number[],
  variance: number[],
  inFlight: readonly number[],
  window: readonly Second[],
): void {
  const predicted = (each: readonly number[]) =>
    each.reduce((sum, count, f) => sum + count * watts[f]!, 0);
  const residuals = window.map((second) => second.watts - predicted(second.inFlight));
  const innovation = mean(residuals);
  const noise = mean(residuals.map((each) => (each - innovation) ** 2)) / window.length;
  const spread = inFlight.reduce((sum, count, f) => sum + count * count * variance[f]!, noise);
  if (spread === 0) return;
  for (const [f, count] of inFlight.entries()) {
    const gain = (variance[f]! * count) / spread;
    watts[f] = Math.max(0, watts[f]! + gain * innovation);
    variance[f]! *= 1 - gain * count;
  }
}

function secondsUnderLoad(
  { samples, run }: PeerInput,
  functions: readonly FunctionInvocations[],
): Second[] {
  const { timeUs, energyJoules } = samples;
  const idleWatts = wattsIn(
    run.phases.filter(({ phase }) => phase === 'idle'),
    samples,
  );
  const loads = run.phases.filter(({ phase }) => phase === 'load');
  const startUs = Math.max(Math.min(...loads.map((each) => each.startUs)), timeUs[0]!);
  const endUs = Math.min(Math.max(...loads.map((each) => each.endUs)), timeUs[timeUs.length - 1]!);
  const count = Math.floor((endUs - startUs) / STEP_US);
  const inFlight = functions.map((own) => concurrency(own, startUs, count));
  const energyAt = (i: number) => cumulativeAt(timeUs, energyJoules, startUs + i * STEP_US);
  return Array.from({ length: count }, (_, i) => ({
    watts: (energyAt(i + 1) - energyAt(i)) / (STEP_US / 1e6) - idleWatts,
    inFlight: inFlight.map((own) => own[i]!),
  }));
}

function wattsIn(phases: readonly Phase[], { timeUs, energyJoules }: PeerInput['samples']): number {
  const covered = (phase: Span) => ({
    startUs: Math.max(phase.startUs, timeUs[0]!),
    endUs: Math.min(phase.endUs, timeUs[timeUs.length - 1]!),
  });
  const spans = phases.map(covered);
  const joules = spans.reduce((sum, span) => sum + riseIn(timeUs, energyJoules, span), 0);
  return joules / spans.reduce((sum, span) => sum + secondsOf(span), 0);
}

function concurrency(own: FunctionInvocations, startUs: number, count: number): Float64Array {
  const inFlight = new Float64Array(count);
  own.startUs.forEach((from, i) => {
    const until = own.endUs[i]!;
    const first = Math.max(0, Math.floor((from - startUs) / STEP_US));
    for (let s = first; s < count && startUs + s * STEP_US < until; s++) {
      const left = Math.max(from, startUs + s * STEP_US);
      inFlight[s]! += (Math.min(until, startUs + (s + 1) * STEP_US) - left) / STEP_US;
    }
  });
  return inFlight;
}
