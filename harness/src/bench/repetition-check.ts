import type { Warning } from '../attribution/result.js';
import { RunInvalidError } from '../errors.js';
import { plain } from '../report/quantity.js';

/** The share of iterations k6 may leave out before the load is no longer the one asked for. */
const DROPPED_SHARE_LIMIT = 0.001;

/** Keeps to what was sent that the suggested rate leaves some room. */
const FITTING_SHARE = 0.7;

/** A window of load, as it was asked for and as it was driven. */
export interface Delivered {
  /** One, or those under load at once. */
  functions: readonly string[];
  repetition: number;
  /** Of all of them together. */
  ratePerSecond: number;
  scheduledRequests: number;
  droppedIterations: number;
}

/** Judges whether repetitions got the load that was asked for. */
export class RepetitionCheck {
  private invalid = 0;

  /**
   * @param warnings - gets what was found
   * @param invalidLimit - after so many that could not keep the rate there is no sense in going on
   */
  constructor(
    readonly warnings: Warning[] = [],
    private readonly invalidLimit = 2,
  ) {}

  /**
   * False where the repetition must not count.
   * @throws RunInvalidError, with the rate that would fit, after too many of them
   */
  accept(delivered: Delivered): boolean {
    const { functions, repetition, ratePerSecond, scheduledRequests, droppedIterations } =
      delivered;
    if (droppedIterations === 0) return true;
    const name = functions.join(', ');
    const share = droppedIterations / scheduledRequests;
    const percent = `${(share * 100).toPrecision(2)} %`;
    if (share <= DROPPED_SHARE_LIMIT) {
      this.warnings.push({
        code: 'ITERATIONS_DROPPED',
        severity: 'warning',
        message: `${name}: k6 left out ${droppedIterations} requests (${percent}) in repetition ${repetition}.`,
        hint: 'A lower --rate avoids it.',
      });
      return true;
    }
    this.invalid++;
    const rate = plain(ratePerSecond, 3);
    const fitting = fittingRate(ratePerSecond * (1 - share));
    const hint =
      functions.length === 1
        ? `--rate ${fitting} would fit.`
        : `${fitting} would fit: --rate sets the mean rate of each of them.`;
    this.warnings.push({
      code: 'REPETITION_INVALID',
      severity: 'warning',
      message: `${name}: repetition ${repetition} is left out: k6 could not send ${droppedIterations} requests (${percent}).`,
      hint: `The machine can't keep ${rate} requests per second; ${hint}`,
    });
    if (this.invalid >= this.invalidLimit) {
      throw new RunInvalidError(
        'RATE_TOO_HIGH',
        `${name} can't be driven at ${rate} requests per second here: ${percent} of them could not be sent.`,
        hint,
      );
    }
    return false;
  }
}

/** Two digits, so that nobody takes it for a measured figure. */
function fittingRate(achievedPerSecond: number): number {
  return Number(Math.max(0.1, achievedPerSecond * FITTING_SHARE).toPrecision(2));
}
