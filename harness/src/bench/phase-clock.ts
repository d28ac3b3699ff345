import { abortError, sleep } from '../processes/sleep.js';
import type { Talk } from './bench-options.js';

const EVERY_MS = 250;

/** Waits for `seconds` while the live line tells of it; gives the time it took, in Unix microseconds. */
export async function timedPhase(
  what: string,
  seconds: number,
  talk: Talk,
  facts: () => string[],
  signal: AbortSignal,
): Promise<{ startUs: number; endUs: number }> {
  const startMs = Date.now();
  const endMs = startMs + seconds * 1000;
  for (let now = startMs; now < endMs; now = Date.now()) {
    talk.progress(what, (endMs - now) / 1000, facts());
    await sleep(Math.min(EVERY_MS, endMs - now), signal);
  }
  if (signal.aborted) throw abortError(signal);
  return { startUs: startMs * 1000, endUs: Date.now() * 1000 };
}
