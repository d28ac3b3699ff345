import { FEWEST_INTERVALS } from '../attribution/load-windows.js';
import { UsageError } from '../errors.js';

/** @throws UsageError where a repetition is too short for samples that are so far apart */
export function assertLongEnough(loadSeconds: number, sampleSeconds: number): void {
  // One more than fits exactly: the first may come a whole interval after the window began.
  const least = Math.ceil((FEWEST_INTERVALS + 1) * sampleSeconds);
  if (loadSeconds >= least) return;
  throw new UsageError(
    'LOAD_TOO_SHORT',
    `Samples come each ${sampleSeconds.toPrecision(2)} s: fewer than ${FEWEST_INTERVALS} lie in ${loadSeconds} s of load.`,
    `Give --duration ${least} or more.`,
  );
}
