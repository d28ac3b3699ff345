import type { NodeSamples, Phase } from './input.js';
import { firstAtOrAfter, riseIn } from './cumulative.js';
import type { Span } from './spans.js';

/** Of the meter's intervals in a window; fewer say nothing of power. */
export const FEWEST_INTERVALS = 2;

/** Where the nearest samples leave less than this of a window, they are too far apart for it. */
const LEAST_SHARE = 0.5;

/**
 * A stretch of load on a node, from the sample nearest to its start to the one nearest to its end: so its energy is the
 * meter's own, with nothing interpolated.
 */
export interface LoadWindow extends Span {
  repetition: number;
  /** The function it was meant for; absent where several are. */
  function?: string;
  energyJoules: number;
  /** Why its energy can't be known. */
  unusable?: string;
  /** Samples mark its ends, but the meter did not see all that was between them. */
  missed?: boolean;
}

/** The load windows of a node, in order. */
export function loadWindows(samples: NodeSamples, phases: readonly Phase[]): LoadWindow[] {
  return phases
    .filter(({ phase }) => phase === 'load')
    .sort((a, b) => a.startUs - b.startUs || a.endUs - b.endUs)
    .map((phase) => ({
      repetition: phase.repetition,
      ...measuredSpan(samples, phase),
      ...(phase.function === undefined ? {} : { function: phase.function }),
    }));
}

type MeasuredSpan = Pick<LoadWindow, 'startUs' | 'endUs' | 'energyJoules' | 'unusable' | 'missed'>;

/** A span between the samples nearest to its ends; as it was given where there are none. */
export function measuredSpan(samples: NodeSamples, { startUs, endUs }: Span): MeasuredSpan {
  const { timeUs, energyJoules, gapUs, overrangeSamples } = samples;
  const last = timeUs.length - 1;
  const no = (unusable: string) => ({ startUs, endUs, energyJoules: NaN, unusable });
  if (last < 0 || startUs < timeUs[0]! || endUs > timeUs[last]!) {
    return no('the samples do not reach over it');
  }
  const [from, until] = [nearest(timeUs, startUs), nearest(timeUs, endUs)];
  const span = { startUs: timeUs[from]!, endUs: timeUs[until]! };
  const missed = (unusable: string) => ({ ...span, energyJoules: NaN, unusable, missed: true });
  if (
    until - from < FEWEST_INTERVALS ||
    span.endUs - span.startUs < LEAST_SHARE * (endUs - startUs)
  ) {
    return no(`only ${Math.max(0, until - from)} samples lie in it`);
  }
  if (gapUs && riseIn(timeUs, gapUs, span) > 0) return missed('the meter missed some of it');
  if (overrangeSamples && riseIn(timeUs, overrangeSamples, span) > 0) {
    return missed("the current was beyond the sensor's range");
  }
  return { ...span, energyJoules: energyJoules[until]! - energyJoules[from]! };
}

function nearest(timeUs: Float64Array, atUs: number): number {
  const right = firstAtOrAfter(timeUs, atUs);
  if (right === 0 || timeUs[right] === atUs) return right;
  return timeUs[right]! - atUs < atUs - timeUs[right - 1]! ? right : right - 1;
}
