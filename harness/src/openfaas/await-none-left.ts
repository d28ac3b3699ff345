import { TargetError } from '../errors.js';
import { until } from '../processes/sleep.js';

/** How replicas are looked for, and what is said where they stay. */
export interface Leaving {
  /** Such as `still has a pod`. */
  problem: string;
  limitSeconds: number;
  pollSeconds: number;
  hint: string;
}

/**
 * Waits until a function that was scaled to zero has no replica.
 * @param isGone - whether none is left
 * @throws TargetError (`SCALE_TO_ZERO`)
 */
export async function awaitNoneLeft(
  name: string,
  isGone: () => Promise<boolean>,
  { problem, limitSeconds, pollSeconds, hint }: Leaving,
  signal: AbortSignal,
): Promise<void> {
  const gone = async () => (await isGone()) || undefined;
  if (await until(gone, limitSeconds, pollSeconds, signal)) return;
  throw new TargetError(
    'SCALE_TO_ZERO',
    `${name} ${problem} ${limitSeconds} s after it was scaled to zero.`,
    hint,
  );
}
