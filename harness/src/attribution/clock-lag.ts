import type { Invocations, NodeSamples, Phase, SensorUncertainty } from './input.js';
import { estimateLag, type Lag } from './lag.js';
import type { Uncertainty } from './uncertainty.js';

/** The lag that is taken off the meter's times. */
export interface ClockLag {
  seconds: number;
  uncertainty: Uncertainty;
  /** What power and load say by themselves. */
  estimated?: Lag;
  /** The estimate is beyond what the clocks were said to be apart. */
  beyondBudget: boolean;
}

const SIGMAS = 3;

/** What a load leaves behind on a node looks like a lag; below this it is not taken for clocks. */
const LEAST_SECONDS = 0.02;

/**
 * What is known of the clocks and what power and load say of them, weighted by their variances; where they contradict
 * each other, what is seen counts.
 */
export function correctedClock(
  samples: NodeSamples,
  phases: readonly Phase[],
  invocations: Invocations,
  weights: Float64Array,
  { clockSeconds }: SensorUncertainty,
): ClockLag {
  const known = { u: clockSeconds, degrees: Infinity };
  const estimated = estimateLag(samples, phases, invocations, weights);
  if (!estimated) return { seconds: 0, uncertainty: known, beyondBudget: false };
  const { seconds, uncertainty } = estimated;
  const apart = Math.hypot(uncertainty.u, clockSeconds);
  if (Math.abs(seconds) > Math.max(SIGMAS * apart, LEAST_SECONDS)) {
    return { seconds, uncertainty, estimated, beyondBudget: true };
  }
  const share = apart === 0 ? 0 : (clockSeconds / apart) ** 2;
  return {
    seconds: share * seconds,
    uncertainty: { u: Math.sqrt(share) * uncertainty.u, degrees: uncertainty.degrees },
    estimated,
    beyondBudget: false,
  };
}
