import { setTimeout as wait } from 'node:timers/promises';
import { InterruptedError, PowerHarnessError } from '../errors.js';

/** Why `signal` was aborted, as an error to throw: its reason where that is one of ours, else Ctrl-C. */
export function abortError(signal: AbortSignal): PowerHarnessError {
  const reason: unknown = signal.reason;
  return reason instanceof PowerHarnessError
    ? reason
    : new InterruptedError('INTERRUPTED', 'Interrupted.');
}

/** @throws the signal's reason (see `abortError`) as soon as it is aborted */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(Math.max(0, milliseconds), undefined, { signal });
  } catch {
    throw abortError(signal);
  }
}

/** Polls until `probe` gives something; undefined after `limitSeconds`. */
export async function until<T>(
  probe: () => Promise<T | undefined>,
  limitSeconds: number,
  everySeconds: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const end = performance.now() + limitSeconds * 1000;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() >= end) return undefined;
    await sleep(everySeconds * 1000, signal);
  }
}
