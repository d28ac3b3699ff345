import { cpuAboveIdle, idleCpuRate, type IdleContext } from './cpu-use.js';
import { type EntityCpu } from './input.js';
import { type FunctionResult } from './result.js';
import { type Span } from './spans.js';

/**
 * Splits marginal energy between the function's replicas and the platform by the CPU time each used above
 * idle in the load windows.
 * @returns undefined where CPU time is not known for both over every window
 */
export function partsOf(
  name: string,
  marginalJoules: number,
  windows: readonly Span[],
  cpu: readonly EntityCpu[],
  context: IdleContext,
): FunctionResult['parts'] {
  const used = (entity: string) => {
    const series = cpu.find((each) => each.entity === entity);
    return series ? cpuAboveIdle(series, windows, idleCpuRate(series, context)) : NaN;
  };
  const own = Math.max(0, used(`function:${name}`));
  const platform = Math.max(0, used('platform'));
  if (!(own + platform > 0)) return undefined;
  const share = own / (own + platform);
  return {
    function_joules_per_invocation: marginalJoules * share,
    platform_joules_per_invocation: marginalJoules * (1 - share),
  };
}
