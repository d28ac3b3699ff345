/** A datagram that so many others have overtaken is lost. */
const WINDOW = 16;

/**
 * Counts the holes of a sequence. Prometheus takes a counter's every decrease for a reset, so a hole counts
 * only when it can hardly be filled any more.
 */
export class SequenceLoss {
  private lost = 0;
  private last = 0;
  private readonly missing = new Set<number>();

  get total(): number {
    return this.lost;
  }

  /** @param sequence - of a datagram newer than all before; 0 where the meter sends none */
  next(sequence: number): void {
    if (sequence <= this.last) this.restart();
    if (this.last > 0) {
      const tellable = Math.max(this.last + 1, sequence - WINDOW);
      this.lost += tellable - this.last - 1;
      for (let each = tellable; each < sequence; each++) this.missing.add(each);
    }
    for (const each of this.missing) {
      if (each < sequence - WINDOW) this.give(each);
    }
    this.last = sequence;
  }

  late(sequence: number): void {
    this.missing.delete(sequence);
  }

  /** The sequence begins anew: another boot, another subscription. */
  restart(): void {
    for (const each of this.missing) this.give(each);
    this.last = 0;
  }

  private give(sequence: number): void {
    this.missing.delete(sequence);
    this.lost++;
  }
}
