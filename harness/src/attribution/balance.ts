import { cpuAboveIdle, idleCpuRate, type IdleContext } from './cpu-use.js';
import { riseIn } from './cumulative.js';
import { type EntityCpu } from './input.js';
import { busySpans } from './node-invocations.js';
import { type NodeResult } from './result.js';
import { mergeSpans, secondsOf, subtractSpans, type Span } from './spans.js';

interface BalanceInput extends IdleContext {
  span: Span;
  idleWatts: number;
  functions: { function: string; joulesPerInvocation: number; count: number }[];
  cpu: readonly EntityCpu[];
}

/**
 * measured = idle + functions + other + residual over `span`. Functions are counts times figures; other is
 * CPU time above idle while nothing was in flight, at what a CPU second of the functions cost; residual is
 * what remains.
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
  const { samples, span, cpu, invocations } = input;
  const busy = mergeSpans(busySpans(invocations, samples.node));
  const quiet = subtractSpans(span, busy);
  const inFlight = subtractSpans(span, quiet);
  let [during, outside] = [0, 0];
  for (const entity of cpu) {
    const rate = idleCpuRate(entity, input);
    during += numberOr0(cpuAboveIdle(entity, inFlight, rate));
    outside += numberOr0(cpuAboveIdle(entity, quiet, rate));
  }
  if (!(during > 0) || !(outside > 0)) return 0;
  return (attributedJoules / during) * outside;
}

function numberOr0(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
