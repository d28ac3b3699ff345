/** Fewer repetitions say too little of their own scatter to stop by it. */
const FIRST_LOOK = 10;
/** Each look comes after so many times the repetitions of the one before. */
const STEP = 1.25;
/** Looks in a row at which the intervals must be narrow enough: once may be luck. */
const IN_A_ROW = 2;

/**
 * When to stop repeating, so that the interval keeps its coverage: whoever looks after every repetition and stops at the first
 * narrow interval favours those that are narrow by chance (Chow, Robbins, Ann. Math. Stat. 36, 1965). Looks are planned
 * (10, 13, 17, 22, 28 … repetitions), and two in a row must be satisfied.
 */
export class PrecisionStop {
  private nextLook = FIRST_LOOK;
  private satisfied = 0;

  /** @param ratio - see Precision */
  constructor(private readonly ratio: number) {}

  /** Whether the intervals are to be looked at after so many repetitions. */
  isLook(repetitions: number): boolean {
    return repetitions >= this.nextLook;
  }

  /**
   * Whether that is enough.
   * @param halfWidths - of every function's interval, by its figure
   */
  look(repetitions: number, halfWidths: readonly number[]): boolean {
    this.nextLook = Math.ceil(repetitions * STEP);
    const narrow = halfWidths.every((each) => each <= this.ratio);
    this.satisfied = narrow ? this.satisfied + 1 : 0;
    return this.satisfied >= IN_A_ROW;
  }
}
