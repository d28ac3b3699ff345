import type { EntityCpu } from './input.js';
import { riseIn } from './cumulative.js';
import { secondsOf, type Span } from './spans.js';

/** CPU seconds per second that an entity uses with nothing in flight. */
export function idleCpuRate(entity: EntityCpu, idle: readonly Span[]): number {
  let [cpuSeconds, seconds] = [0, 0];
  for (const span of idle) {
    const rise = riseIn(entity.timeUs, entity.cpuSeconds, span);
    if (Number.isNaN(rise)) continue;
    cpuSeconds += rise;
    seconds += secondsOf(span);
  }
  return seconds === 0 ? 0 : cpuSeconds / seconds;
}

/** CPU seconds of entities above what each uses with nothing in flight, over windows. NaN where a window isn't covered. */
export function allCpuAboveIdle(
  entities: readonly EntityCpu[],
  windows: readonly Span[],
  idle: readonly Span[],
): number {
  return entities.reduce(
    (sum, entity) => sum + cpuAboveIdle(entity, windows, idleCpuRate(entity, idle)),
    0,
  );
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
