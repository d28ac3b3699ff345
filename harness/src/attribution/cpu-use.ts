import { type EntityCpu, type Invocations, type NodeSamples, type Phase } from './input.js';
import { riseIn } from './cumulative.js';
import { idleSpans } from './idle.js';
import { busySpans } from './node-invocations.js';
import { secondsOf, type Span } from './spans.js';

/** What idle time is found from. */
export interface IdleContext {
  samples: NodeSamples;
  phases: readonly Phase[];
  invocations: Invocations;
}

/** CPU seconds per second that an entity uses with nothing in flight. */
export function idleCpuRate(
  entity: EntityCpu,
  { samples, phases, invocations }: IdleContext,
): number {
  let [cpuSeconds, seconds] = [0, 0];
  for (const span of idleSpans(samples, phases, busySpans(invocations, samples.node))) {
    const rise = riseIn(entity.timeUs, entity.cpuSeconds, span);
    if (Number.isNaN(rise)) continue;
    cpuSeconds += rise;
    seconds += secondsOf(span);
  }
  return seconds === 0 ? 0 : cpuSeconds / seconds;
}

/** CPU seconds of an entity above its idle rate over windows. NaN where a window isn't covered. */
export function cpuAboveIdle(
  entity: EntityCpu,
  windows: readonly Span[],
  idleRate: number,
): number {
  return windows.reduce(
    (sum, window) =>
      sum + riseIn(entity.timeUs, entity.cpuSeconds, window) - idleRate * secondsOf(window),
    0,
  );
}
