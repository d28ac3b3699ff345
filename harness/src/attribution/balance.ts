import { allCpuAboveIdle } from './cpu-use.js';
import { riseIn } from './cumulative.js';
import type { FunctionResult, NodeResult } from './result.js';
import { idleEnergy, otherEnergy } from './idle-split.js';
import type { NodeView } from './node-view.js';
import { secondsOf, type Span } from './spans.js';

/**
 * measured = idle + functions + other + residual over the run. Functions are counts times figures, warm-up included;
 * other is what came and went while idle or beside the load, and CPU time that neither idling nor the invocations explain, at what a CPU
 * second of the functions cost; residual is what remains.
 * @param otherWatts - of what came during load only, as a regression finds it
 */
export function balance(
  view: NodeView,
  found: readonly FunctionResult[],
  otherWatts: number,
): NodeResult['energy_joules'] {
  const { samples, span, whole } = view;
  const measured = riseIn(samples.timeUs, samples.energyJoules, span);
  const idle = idleEnergy(view);
  const functions = found.reduce((sum, each) => {
    const { count } = whole.find((activity) => activity.function === each.function)!;
    return sum + count[0]! * each.marginal.joules_per_invocation;
  }, 0);
  const other =
    otherEnergy(view) + otherWatts * secondsOf(span) + unexplainedCpuJoules(view, found, functions);
  return { measured, idle, functions, other, residual: measured - idle - functions - other };
}

function unexplainedCpuJoules(
  view: NodeView,
  found: readonly FunctionResult[],
  attributedJoules: number,
): number {
  const { cpu, idle, windows, activities, whole } = view;
  const used = (spans: readonly Span[]) => allCpuAboveIdle(cpu, spans, idle);
  const names = new Set(found.map((each) => each.function));
  const busy = windows.flatMap((_, w) =>
    activities.some((each) => names.has(each.function) && each.count[w]! > 0) ? [w] : [],
  );
  const sum = (of: 'whole' | 'windows') =>
    (of === 'whole' ? whole : activities)
      .filter((each) => names.has(each.function))
      .reduce(
        (total, { busySeconds }) =>
          total +
          (of === 'whole' ? busySeconds[0]! : busy.reduce((all, w) => all + busySeconds[w]!, 0)),
        0,
      );
  const explained = (used(busy.map((w) => windows[w]!)) * sum('whole')) / sum('windows');
  const rest = used([covered(view)]) - explained;
  // NaN where CPU time is not known all along: then nothing can be said of it.
  return rest > 0 && explained > 0 ? (attributedJoules / explained) * rest : 0;
}

/** CPU time is read twice a second: its first and last reading may lie within the span. */
function covered({ span, cpu }: NodeView): Span {
  return {
    startUs: Math.max(span.startUs, ...cpu.map(({ timeUs }) => timeUs[0] ?? Infinity)),
    endUs: Math.min(span.endUs, ...cpu.map(({ timeUs }) => timeUs[timeUs.length - 1] ?? -Infinity)),
  };
}
