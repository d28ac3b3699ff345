/**
 * A meter's since-boot counter joined over its reboots: it starts at 0, the first value is only the base, and
 * a reboot adds what the meter has counted since. So it never goes back, and neither our restart nor the
 * meter's looks like energy.
 */
export class JoinedCounter {
  private last: number | undefined;
  private sum = 0;

  get total(): number {
    return this.sum;
  }

  /** The next value is only a base again. */
  rebase(): void {
    this.last = undefined;
  }

  /** @param rebooted - the meter began at 0 again since the last value */
  add(value: number, rebooted: boolean): number {
    const from = this.last === undefined ? value : rebooted ? 0 : this.last;
    // A value that went back within a boot is an error: what comes up to the highest was counted already.
    this.last = Math.max(from, value);
    this.sum += this.last - from;
    return this.sum;
  }
}
