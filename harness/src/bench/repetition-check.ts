import { type Warning } from '../attribution/result.js';
import { RunInvalidError } from '../errors.js';

/** The share of iterations k6 may leave out before the load is no longer the one asked for. */
const DROPPED_SHARE_LIMIT = 0.001;

/** After this many repetitions that could not keep the rate there is no sense in going on. */
const INVALID_LIMIT = 2;

/** Keeps to what was sent that the suggested rate leaves some room. */
const FITTING_SHARE = 0.7;

export interface Delivered {
  function: string;
  repetition: number;
  ratePerSecond: number;
  loadSeconds: number;
  /** Requests answered in the load window. */
  completed: number;
  dropped: number;
}

/** Judges whether repetitions got the load that was asked for. */
export class RepetitionCheck {
  readonly warnings: Warning[] = [];
  private invalid = 0;

  /**
   * False where the repetition must not count.
   * @throws RunInvalidError, with the rate that would fit, after two of them
   */
  accept(delivered: Delivered): boolean {
    const { function: name, repetition, ratePerSecond, completed, dropped } = delivered;
    if (dropped === 0) return true;
    const share = dropped / (ratePerSecond * delivered.loadSeconds);
    const percent = `${(share * 100).toPrecision(2)} %`;
    if (share <= DROPPED_SHARE_LIMIT) {
      this.warnings.push({
        code: 'ITERATIONS_DROPPED',
        severity: 'warning',
        message: `${name}: k6 left out ${dropped} requests (${percent}) in repetition ${repetition}.`,
        hint: 'A lower --rate avoids it.',
      });
      return true;
    }
    this.invalid++;
    const fitting = fittingRate(completed / delivered.loadSeconds);
    this.warnings.push({
      code: 'REPETITION_INVALID',
      severity: 'warning',
      message: `${name}: repetition ${repetition} is left out: k6 could not send ${dropped} requests (${percent}).`,
      hint: `The machine can't keep ${ratePerSecond} requests per second; --rate ${fitting} would fit.`,
    });
    if (this.invalid >= INVALID_LIMIT) {
      throw new RunInvalidError(
        'RATE_TOO_HIGH',
        `${name} can't be driven at ${ratePerSecond} requests per second here: ${percent} of them could not be sent.`,
        `--rate ${fitting} would fit.`,
      );
    }
    return false;
  }
}

/** Two digits, so that nobody takes it for a measured figure. */
function fittingRate(achievedPerSecond: number): number {
  return Number(Math.max(0.1, achievedPerSecond * FITTING_SHARE).toPrecision(2));
}
