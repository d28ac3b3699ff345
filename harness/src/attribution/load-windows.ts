import { type NodeSamples, type Phase } from './input.js';
import { firstAtOrAfter, riseIn } from './cumulative.js';
import { covers } from './idle.js';
import { countIn, type FunctionInvocations } from './node-invocations.js';
import { type Warning } from './result.js';
import { type Span } from './spans.js';

/** Fewer samples in a window leave its edges to chance. */
export const FEWEST_SAMPLES = 10;

/** Of another function's invocations in a window, more than this share can't be overlooked. */
const FOREIGN_SHARE = 0.001;

/** A repetition's load on a node. */
export interface LoadWindow extends Span {
  repetition: number;
  energyJoules: number;
  /** Of invocations that succeeded, weighted by share. */
  count: number;
}

export interface LoadWindows {
  usable: LoadWindow[];
  warnings: Warning[];
  /** Windows that held other functions too, by their names. */
  mixedWith: Set<string>;
}

/** The load windows of one function on a node; those whose energy can't be known are left out, and said. */
export function loadWindows(
  samples: NodeSamples,
  phases: readonly Phase[],
  own: FunctionInvocations,
  others: readonly FunctionInvocations[],
): LoadWindows {
  const found: LoadWindows = { usable: [], warnings: [], mixedWith: new Set() };
  for (const phase of phases) {
    if (phase.phase !== 'load') continue;
    if (phase.function !== undefined && phase.function !== own.function) continue;
    const count = countIn(own, phase);
    if (count === 0) continue;
    const foreign = others.filter((other) => countIn(other, phase) > FOREIGN_SHARE * count);
    if (foreign.length > 0) {
      for (const each of foreign) found.mixedWith.add(each.function);
      continue;
    }
    const reason = unusable(samples, phase);
    if (reason) {
      found.warnings.push({
        code: 'REPETITION_LEFT_OUT',
        severity: 'warning',
        message: `${own.function}: repetition ${phase.repetition} is left out: ${reason}.`,
        hint: 'Look at the meter: its log, its supply, its network.',
      });
      continue;
    }
    found.usable.push({
      repetition: phase.repetition,
      startUs: phase.startUs,
      endUs: phase.endUs,
      energyJoules: riseIn(samples.timeUs, samples.energyJoules, phase),
      count,
    });
  }
  return found;
}

function unusable(samples: NodeSamples, window: Span): string | undefined {
  const { timeUs, gapUs, overrangeSamples } = samples;
  if (!covers(samples, window)) return 'the samples do not reach over it';
  const count = firstAtOrAfter(timeUs, window.endUs) - firstAtOrAfter(timeUs, window.startUs);
  if (count < FEWEST_SAMPLES) return `only ${count} samples lie in it`;
  if (gapUs && riseIn(timeUs, gapUs, window) > 0) return 'the meter missed some of it';
  if (overrangeSamples && riseIn(timeUs, overrangeSamples, window) > 0) {
    return "the current was beyond the sensor's range";
  }
  return undefined;
}
