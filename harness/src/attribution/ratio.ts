import { type Activity } from './activity.js';
import { cpuAboveIdle, idleCpuRate } from './cpu-use.js';
import { type Figure } from './figure.js';
import { baselineUncertainty, idleJoules } from './idle-baseline.js';
import { type NodeView } from './node-view.js';
import { secondsOf } from './spans.js';
import { combine, mean, ofMean, scale } from './uncertainty.js';

/** Whether a function's CPU time is known over a window: without it there is no share. */
export function hasCpuShare(
  { cpu, windows }: NodeView,
  { function: name }: Activity,
  w: number,
): boolean {
  const own = cpu.find(({ entity }) => entity === `function:${name}`);
  return own !== undefined && !Number.isNaN(cpuAboveIdle(own, [windows[w]!], 0));
}

/**
 * The energy of load windows above idle, by the functions' shares of CPU time, as most tools do it: right where a CPU
 * second costs the same whatever it computes. The interval shows the scatter of windows, not what that assumption is
 * wrong by. The platform's energy goes by invocations.
 * @param windows - that the function ran in and whose CPU time is known
 */
export function ratio(view: NodeView, activity: Activity, windows: readonly number[]): Figure {
  const baseline = view.baseline!;
  const repetitions = windows.map((w) => {
    const window = view.windows[w]!;
    const share = cpuShare(view, activity, w);
    const count = activity.count[w]!;
    return {
      window,
      count,
      share,
      marginal: (share * (window.energyJoules - idleJoules(baseline, window))) / count,
      full: (share * window.energyJoules) / count,
      terms: baseline.terms(window).map((joules) => (share * joules) / count),
    };
  });
  const joules = mean(repetitions.map((each) => each.marginal));
  const slopes = baseline.factors.map((_, i) => mean(repetitions.map(({ terms }) => terms[i]!)));
  return {
    activity,
    method: 'ratio',
    windows,
    joules,
    random: combine(
      ofMean(repetitions.map((each) => each.marginal)),
      baselineUncertainty(baseline, slopes),
    ),
    full: {
      joules: mean(repetitions.map((each) => each.full)),
      random: ofMean(repetitions.map((each) => each.full)),
    },
    clock: scale(
      view.clock.uncertainty,
      joules / mean(repetitions.map(({ window }) => secondsOf(window))),
    ),
    idleSeconds: mean(
      repetitions.map(({ window, share, count }) => (share * secondsOf(window)) / count),
    ),
    repetitions: repetitions.map(({ window, count, marginal }) => ({
      repetition: window.repetition,
      start_us: window.startUs,
      end_us: window.endUs,
      invocations: count,
      energy_joules: window.energyJoules,
      marginal_joules_per_invocation: marginal,
    })),
  };
}

function cpuShare(
  { cpu, idle, windows, activities }: NodeView,
  activity: Activity,
  w: number,
): number {
  const used = (entity: string) => {
    const series = cpu.find((each) => each.entity === entity);
    const above = series ? cpuAboveIdle(series, [windows[w]!], idleCpuRate(series, idle)) : 0;
    return Math.max(0, above || 0);
  };
  const ran = activities.filter((each) => each.count[w]! > 0);
  const counts = ran.reduce((sum, each) => sum + each.count[w]!, 0);
  const all = ran.reduce((sum, each) => sum + used(`function:${each.function}`), used('platform'));
  const own =
    used(`function:${activity.function}`) + (used('platform') * activity.count[w]!) / counts;
  return all > 0 ? own / all : 0;
}
