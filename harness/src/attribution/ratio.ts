import type { Activity } from './activity.js';
import { cpuAboveIdle, idleCpuRate } from './cpu-use.js';
import type { Figure } from './figure.js';
import type { NodeView } from './node-view.js';
import { windowsFigure } from './windows-figure.js';

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
  return windowsFigure('ratio', view, activity, windows, (w) => cpuShare(view, activity, w));
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
