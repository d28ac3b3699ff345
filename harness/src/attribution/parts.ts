import type { Activity } from './activity.js';
import { cpuAboveIdle, idleCpuRate } from './cpu-use.js';
import type { NodeView } from './node-view.js';
import type { FunctionResult } from './result.js';

/**
 * Splits marginal energy between the function's replicas and the platform by the CPU time each used above idle in the
 * load windows. Of the platform's, a function has its share of the window's invocations.
 * @returns undefined where CPU time is not known for both over every window
 */
export function partsOf(
  { windows, activities, cpu, idle }: NodeView,
  activity: Activity,
  chosen: readonly number[],
  marginalJoules: number,
): FunctionResult['parts'] {
  const used = (entity: string, shareOf: (window: number) => number) => {
    const series = cpu.find((each) => each.entity === entity);
    if (!series) return NaN;
    const rate = idleCpuRate(series, idle);
    return chosen.reduce(
      (sum, w) => sum + shareOf(w) * cpuAboveIdle(series, [windows[w]!], rate),
      0,
    );
  };
  const own = Math.max(
    0,
    used(`function:${activity.function}`, () => 1),
  );
  const all = (window: number) => activities.reduce((sum, each) => sum + each.count[window]!, 0);
  const platform = Math.max(
    0,
    used('platform', (w) => activity.count[w]! / all(w)),
  );
  if (!(own + platform > 0)) return undefined;
  const share = own / (own + platform);
  return {
    function_joules_per_invocation: marginalJoules * share,
    platform_joules_per_invocation: marginalJoules * (1 - share),
  };
}
