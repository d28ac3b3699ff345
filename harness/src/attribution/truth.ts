import { riseIn } from './cumulative.js';
import type { Invocations, Phase } from './input.js';
import { countIn, invocationsOf } from './node-invocations.js';
import { secondsOf } from './spans.js';

/** What a twin says it simulated: a node's cumulative energy with no sensor in between. */
export interface Truth {
  timeUs: Float64Array;
  energyJoules: Float64Array;
}

/**
 * Joules per invocation of each function by the twin's truth alone: the energy of its load windows above
 * the twin's own mean in the idle phases, by the invocations.
 * @param phases - those that count, as given to attribution
 */
export function truthPerInvocation(
  { timeUs, energyJoules }: Truth,
  phases: readonly Phase[],
  invocations: Invocations,
): Map<string, number> {
  const idleWatts = idleWattsOf({ timeUs, energyJoules }, phases);
  const truths = new Map<string, number>();
  const all = invocations.nodes.flatMap((node) => invocationsOf(invocations, node));
  for (const name of new Set(all.map((each) => each.function))) {
    const windows = phases.filter(
      ({ phase, function: of }) => phase === 'load' && (of === undefined || of === name),
    );
    const repetitions = windows
      .map((window) => ({
        joules: riseIn(timeUs, energyJoules, window) - idleWatts * secondsOf(window),
        count: all
          .filter((each) => each.function === name)
          .reduce((sum, each) => sum + countIn(each, window), 0),
      }))
      .filter(({ count }) => count > 0);
    const joules = repetitions.reduce((sum, each) => sum + each.joules / each.count, 0);
    if (repetitions.length > 0) truths.set(name, joules / repetitions.length);
  }
  return truths;
}

/** What a twin says of a node's parts. */
export interface TruthByPart {
  /** What serves requests for all functions. */
  platform: Truth;
  functions: ReadonlyMap<string, Truth>;
}

/**
 * Joules per invocation of functions under load at once: of each one's replicas, and the platform's by its share of the
 * invocations; both above the twin's own mean in the idle phases.
 */
export function truthTogether(
  { platform, functions }: TruthByPart,
  phases: readonly Phase[],
  invocations: Invocations,
): Map<string, number> {
  const windows = phases.filter(({ phase }) => phase === 'load');
  const above = (truth: Truth) => {
    const idleWatts = idleWattsOf(truth, phases);
    const joules = (window: Phase) =>
      riseIn(truth.timeUs, truth.energyJoules, window) - idleWatts * secondsOf(window);
    return windows.reduce((sum, window) => sum + joules(window), 0);
  };
  const counts = new Map<string, number>();
  for (const node of invocations.nodes) {
    for (const own of invocationsOf(invocations, node)) {
      const count = windows.reduce((sum, window) => sum + countIn(own, window), 0);
      counts.set(own.function, (counts.get(own.function) ?? 0) + count);
    }
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const platformJoules = above(platform) / total;
  return new Map(
    [...functions]
      .filter(([name]) => (counts.get(name) ?? 0) > 0)
      .map(([name, truth]) => [name, above(truth) / counts.get(name)! + platformJoules]),
  );
}

function idleWattsOf({ timeUs, energyJoules }: Truth, phases: readonly Phase[]): number {
  const idle = phases.filter(({ phase }) => phase === 'idle');
  const seconds = idle.reduce((sum, phase) => sum + secondsOf(phase), 0);
  return idle.reduce((sum, phase) => sum + riseIn(timeUs, energyJoules, phase), 0) / seconds;
}
