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

  /** @param rebooted - the meter began at 0 again since the last value */
  add(value: number, rebooted: boolean): number {
    if (this.last !== undefined) {
      this.sum += Math.max(0, rebooted ? value : value - this.last);
    }
    this.last = value;
    return this.sum;
  }
}
