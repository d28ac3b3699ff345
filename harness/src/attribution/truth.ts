import { riseIn } from './cumulative.js';
import { type Invocations, type Phase } from './input.js';
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
  const idle = phases.filter(({ phase }) => phase === 'idle');
  const idleSeconds = idle.reduce((sum, phase) => sum + secondsOf(phase), 0);
  const idleJoules = idle.reduce((sum, phase) => sum + riseIn(timeUs, energyJoules, phase), 0);
  const idleWatts = idleJoules / idleSeconds;
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
