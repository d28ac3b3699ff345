import { cpuAboveIdle, idleCpuRate, type IdleContext } from './cpu-use.js';
import { riseIn } from './cumulative.js';
import { type EntityCpu } from './input.js';
import { type LoadWindow } from './load-windows.js';
import { type NodeResult } from './result.js';
import { secondsOf, type Span } from './spans.js';

/** A function's share in the balance. */
export interface BalancedFunction {
  joulesPerInvocation: number;
  /** All its invocations in the span, warm-up included. */
  count: number;
  windows: readonly LoadWindow[];
}

interface BalanceInput extends IdleContext {
  span: Span;
  idleWatts: number;
  functions: readonly BalancedFunction[];
  cpu: readonly EntityCpu[];
}

/**
 * measured = idle + functions + other + residual over `span`. Functions are counts times figures; other is
 * CPU time that neither idling nor the invocations explain, at what a CPU second of the functions cost;
 * residual is what remains.
 */
export function balance(input: BalanceInput): NodeResult['energy_joules'] {
  const { samples, span, idleWatts, functions } = input;
  const measured = riseIn(samples.timeUs, samples.energyJoules, span);
  const idle = idleWatts * secondsOf(span);
  const attributed = functions.reduce(
    (sum, each) => sum + each.count * each.joulesPerInvocation,
    0,
  );
  const other = otherJoules(input, attributed);
  return {
    measured,
    idle,
    functions: attributed,
    other,
    residual: measured - idle - attributed - other,
  };
}

function otherJoules(input: BalanceInput, attributedJoules: number): number {
  const { span, cpu, functions } = input;
  const used = (windows: readonly Span[]) =>
    cpu.reduce((sum, entity) => sum + cpuAboveIdle(entity, windows, idleCpuRate(entity, input)), 0);
  let explained = 0;
  for (const { count, windows } of functions) {
    const counted = windows.reduce((sum, window) => sum + window.count, 0);
    explained += (count * used(windows)) / counted;
  }
  const rest = used([covered(span, cpu)]) - explained;
  // NaN where CPU time is not known all along: then nothing can be said of it.
  return rest > 0 && explained > 0 ? (attributedJoules / explained) * rest : 0;
}

/** CPU time is read twice a second: its first and last reading may lie within the span. */
function covered(span: Span, cpu: readonly EntityCpu[]): Span {
  return {
    startUs: Math.max(span.startUs, ...cpu.map(({ timeUs }) => timeUs[0] ?? Infinity)),
    endUs: Math.min(span.endUs, ...cpu.map(({ timeUs }) => timeUs[timeUs.length - 1] ?? -Infinity)),
  };
}
