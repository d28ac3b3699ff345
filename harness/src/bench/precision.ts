import { UsageError } from '../errors.js';
import { plain } from '../report/quantity.js';
import type { RunManifest } from '../run/manifest.js';

/** How narrow an interval shall get, and how long that may take. */
export interface Precision {
  /** Half of the combined 95 % interval's width by the figure. */
  ratio: number;
  /** From the first warm-up to the last idle second. */
  budgetSeconds: number;
}

/** Of a two-sided 95 % interval of a normal distribution: what the meter can be wrong by is not estimated here. */
const COVERAGE_95 = 1.96;

/** @throws UsageError where the meter alone may be wrong by more: no repetition would help */
export function assertReachable(
  { ratio }: { ratio: number },
  { gain_ratio, clock_seconds }: RunManifest['sensor'],
  loadSeconds: number,
): void {
  const systematic = COVERAGE_95 * Math.hypot(gain_ratio, clock_seconds / loadSeconds);
  if (systematic < ratio) return;
  const percent = (share: number) => plain(share * 100, 2);
  throw new UsageError(
    'PRECISION_BEYOND_METER',
    `--precision ${percent(ratio)}% can't be reached: the meter alone may be wrong by ± ${percent(systematic)} %, which repetition does not shrink.`,
    clock_seconds / loadSeconds > gain_ratio
      ? 'A longer --duration makes the clocks matter less.'
      : 'Calibrate the meter (power-harness meter calibrate), or ask for less.',
  );
}
