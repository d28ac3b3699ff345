/** Of requests that may wait at once before k6 leaves some out: what comes in half a second ... */
const QUEUE_SECONDS = 0.5;
/** ... or, for slow functions, in this many times the usual answer's time. */
const QUEUE_ANSWERS = 4;
const LEAST_USERS = 10;
/** Each costs k6 about half a megabyte and some time to start. */
const MOST_USERS = 1000;

/** The busy share of one replica that an open-loop load aims at: far from where queues grow. */
const UTILISATION = 0.4;
const LOWEST_PER_SECOND = 0.1;
const HIGHEST_PER_SECOND = 200;

/** k6 takes whole numbers only: the rate to a thousandth, per 1000 seconds. */
export function arrivalRate(ratePerSecond: number): { rate: number; timeUnit: string } {
  return Number.isInteger(ratePerSecond)
    ? { rate: ratePerSecond, timeUnit: '1s' }
    : { rate: Math.round(ratePerSecond * 1000), timeUnit: '1000s' };
}

/** How many requests k6 keeps in flight at most. */
export function virtualUsers(ratePerSecond: number, serviceSeconds = 0): number {
  const waiting = ratePerSecond * Math.max(QUEUE_SECONDS, QUEUE_ANSWERS * serviceSeconds);
  return Math.min(MOST_USERS, Math.max(LEAST_USERS, Math.ceil(waiting)));
}

/**
 * An open-loop rate well below saturation for a replica whose answer takes `serviceSeconds`, rounded to
 * two digits, from 0.1 to 200 per second.
 */
export function proposedRate(serviceSeconds: number): number {
  const rate = UTILISATION / serviceSeconds;
  const bounded = Math.min(HIGHEST_PER_SECOND, Math.max(LOWEST_PER_SECOND, rate));
  return Number(bounded.toPrecision(2));
}
