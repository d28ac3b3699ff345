import { totalOf, type Activity } from './activity.js';
import { latencyOf } from './latency.js';
import type { NodeView } from './node-view.js';
import { partsOf } from './parts.js';
import type { FunctionResult, MethodName, RepetitionResult } from './result.js';
import { combine, interval95, scale, studentQuantile, type Uncertainty } from './uncertainty.js';

/** Joules per invocation of a function, and what they can be wrong by. */
export interface Figure {
  activity: Activity;
  method: MethodName;
  /** Indices of the windows it rests on. */
  windows: readonly number[];
  joules: number;
  random: Uncertainty;
  full: { joules: number; random: Uncertainty };
  /** Of the time between meter and invocations, in joules per invocation. */
  clock: Uncertainty;
  /** Idle seconds that full energy has of an invocation's. */
  idleSeconds: number;
  repetitions: RepetitionResult[];
  regression?: NonNullable<FunctionResult['regression']>;
}

/** A figure as results have it. */
export function functionResult(view: NodeView, figure: Figure): FunctionResult {
  const { activity, windows, joules, random, full, idleSeconds } = figure;
  const { sensor, node } = view;
  const gain = { u: sensor.gainRatio, degrees: Infinity };
  const systematic = combine(scale(gain, joules), figure.clock);
  const fullSystematic = combine(
    scale(gain, full.joules),
    // Idle power is not subtracted from full energy, so the offset stays in.
    scale({ u: sensor.offsetWatts, degrees: Infinity }, idleSeconds),
  );
  const spans = windows.map((w) => view.windows[w]!);
  const parts = partsOf(view, activity, windows, joules);
  return {
    function: activity.function,
    node,
    method: figure.method,
    invocations: Math.round(totalOf(activity.succeeded, windows)),
    failed: Math.round(totalOf(activity.failed, windows)),
    refused: Math.round(totalOf(activity.refused, windows)),
    marginal: marginalOf(joules, random, systematic),
    ...(parts ? { parts } : {}),
    full: {
      joules_per_invocation: full.joules,
      ci95: interval95(full.joules, combine(full.random, fullSystematic)),
      idle_policy: 'time',
    },
    latency_seconds: latencyOf(view, activity.function, spans),
    repetitions: figure.repetitions,
    ...(figure.regression ? { regression: figure.regression } : {}),
  };
}

/**
 * Detected above the critical level; what is there at the detection limit is detected in 95 % of cases.
 * Source: Currie, Anal. Chem. 40 (1968).
 */
export function marginalOf(
  joules: number,
  random: Uncertainty,
  systematic: Uncertainty,
): FunctionResult['marginal'] {
  const critical = studentQuantile(0.95, random.degrees) * random.u;
  return {
    joules_per_invocation: joules,
    ci95: interval95(joules, combine(random, systematic)),
    random95: interval95(joules, random),
    random_uncertainty: { joules: random.u, degrees_of_freedom: Math.min(random.degrees, 1e9) },
    systematic95: interval95(joules, systematic),
    detectable: joules > critical,
    detection_limit_joules: 2 * critical,
  };
}
