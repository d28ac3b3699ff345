import { arrivalRate, virtualUsers } from './arrival-rate.js';

/** How long a function is driven: the windows at their rates, and steady traffic on both sides of them. */
export interface LoadCourse {
  /** At the first window's rate. */
  warmupSeconds: number;
  windowSeconds: number;
  /** At the last window's rate. */
  tailSeconds: number;
}

/**
 * k6's scenario for an open-loop load (a slow answer delays no other request) whose rate changes at once from window
 * to window.
 * @param ratesPerSecond - one for each window
 * @param serviceSeconds - a request's usual time
 */
export function loadScenario(
  ratesPerSecond: readonly number[],
  { warmupSeconds, windowSeconds, tailSeconds }: LoadCourse,
  serviceSeconds?: number,
): object {
  const highest = Math.max(...ratesPerSecond);
  const users = virtualUsers(highest, serviceSeconds);
  // All from the start: making one in the middle costs an iteration and CPU.
  const common = { preAllocatedVUs: users, maxVUs: users };
  const milliseconds = (seconds: number) => `${Math.round(seconds * 1000)}ms`;
  if (ratesPerSecond.every((rate) => rate === highest)) {
    const seconds = warmupSeconds + ratesPerSecond.length * windowSeconds + tailSeconds;
    const duration = milliseconds(seconds);
    return { executor: 'constant-arrival-rate', ...arrivalRate(highest), duration, ...common };
  }
  const targets = ratesPerSecond.map((rate) => Math.round(rate * 1000));
  const last = targets.length - 1;
  const stages = targets.flatMap((target, window) => {
    const more = (window === 0 ? warmupSeconds : 0) + (window === last ? tailSeconds : 0);
    return [
      { target, duration: '0s' },
      { target, duration: milliseconds(windowSeconds + more) },
    ];
  });
  return {
    executor: 'ramping-arrival-rate',
    startRate: targets[0],
    timeUnit: '1000s',
    stages,
    ...common,
  };
}
