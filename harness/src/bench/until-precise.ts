import { plain } from '../report/quantity.js';
import { analyse } from './finish.js';
import type { Measurement } from './measurement.js';
import type { Precision } from './precision.js';
import { PrecisionStop } from './precision-stop.js';

/** Fewer repetitions have no interval. */
const FEWEST_REPETITIONS = 2;
/** A look waits so long for the meter's last samples. */
const LOOK_SECONDS = 1;

/** Looks at the figures while a run goes on, and says when and why it is enough. */
export class UntilPrecise {
  private readonly startedMs = performance.now();
  private repeatingMs = this.startedMs;
  private readonly stop: PrecisionStop;

  /** The budget runs from now on. */
  constructor(
    private readonly m: Measurement,
    private readonly precision: Precision,
  ) {
    this.stop = new PrecisionStop(precision.ratio);
  }

  /** Repetitions begin. */
  begin(): void {
    this.repeatingMs = performance.now();
  }

  /**
   * Whether so many repetitions are enough, or the budget does not hold another; a warning says which.
   * @param rest - lets the node rest for so many seconds
   */
  async isEnough(repetitions: number, rest: (seconds: number) => Promise<void>): Promise<boolean> {
    const { manifest } = this.m.run;
    manifest.plan.repetitions = repetitions;
    const { ratio, budgetSeconds } = this.precision;
    const within = `± ${plain(ratio * 100, 2)} %`;
    if (this.stop.isLook(repetitions)) {
      await rest(LOOK_SECONDS);
      if (this.stop.look(repetitions, await this.halfWidths())) {
        manifest.warnings.push({
          code: 'PRECISION_REACHED',
          severity: 'info',
          message: `After ${repetitions} repetitions every interval was within ${within}.`,
          hint: `It took ${plain(secondsSince(this.startedMs), 3)} s of a budget of ${plain(budgetSeconds, 3)} s.`,
        });
        return true;
      }
    }
    if (repetitions < FEWEST_REPETITIONS || this.fits(repetitions)) return false;
    manifest.warnings.push({
      code: 'BUDGET_SPENT',
      severity: 'warning',
      message: `The budget of ${plain(budgetSeconds, 3)} s was spent after ${repetitions} repetitions, before it was sure that every interval is within ${within}.`,
      hint: 'A larger --budget, a longer --duration or a higher --rate makes them narrower.',
    });
    return true;
  }

  /** Whether the budget holds one more repetition and the idle time at the end. */
  private fits(repetitions: number): boolean {
    const { settleSeconds, idleSeconds } = this.m.options;
    const each = secondsSince(this.repeatingMs) / repetitions;
    const needed = secondsSince(this.startedMs) + each + settleSeconds + idleSeconds;
    return needed <= this.precision.budgetSeconds;
  }

  /** Of the combined intervals, by the figures; infinite where there is none yet. */
  private async halfWidths(): Promise<number[]> {
    const { options, run, talk } = this.m;
    const { result } = await analyse(run.path, run.manifest, options.method);
    return options.functions.map((name) => {
      const found = result.functions.find((each) => each.function === name);
      if (!found) return Infinity;
      const { ci95, joules_per_invocation: joules } = found.marginal;
      const ratio = Math.abs((ci95.high - ci95.low) / 2 / joules);
      talk.say(`  ${name} is known to ± ${plain(ratio * 100, 2)} %`);
      return ratio;
    });
  }
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}
