/** What is kept of a reading, each a column. */
const COLUMNS = [
  'timeUs',
  'energyJoules',
  'flags',
  'gapUs',
  'missedCycles',
  'overrangeSamples',
  'shuntMicroohms',
  'offsetLsb256',
] as const;

export type Sample = Record<(typeof COLUMNS)[number], number>;

/** The last samples of a channel, in memory that does not grow. */
export class SampleRing {
  private readonly columns: Float64Array[];
  private count = 0;
  private first = 0;

  constructor(private readonly capacity: number) {
    this.columns = COLUMNS.map(() => new Float64Array(capacity));
  }

  get length(): number {
    return this.count - this.oldest;
  }

  private get oldest(): number {
    return Math.max(this.first, this.count - this.capacity);
  }

  /** @param sample - later than the one before; NaN stands for no energy */
  add(sample: Sample): void {
    const at = this.count++ % this.capacity;
    for (const [index, name] of COLUMNS.entries()) this.columns[index]![at] = sample[name];
  }

  /** Forgets all, where time itself began anew. */
  clear(): void {
    this.first = this.count;
  }

  /**
   * Samples from `fromUs` to `toUs`, both included, oldest first.
   * @throws Error where the reader is so slow that the ring has overwritten what is next, or was cleared
   */
  *between(fromUs: number, toUs: number): Generator<Sample> {
    let [low, high] = [this.oldest, this.count];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.timeAt(middle) < fromUs) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.count; i++) {
      if (i < this.oldest) throw new Error('the reader is too slow: samples were overwritten');
      if (this.timeAt(i) > toUs) return;
      yield this.at(i);
    }
  }

  private timeAt(index: number): number {
    return this.columns[0]![index % this.capacity]!;
  }

  private at(index: number): Sample {
    const place = index % this.capacity;
    return Object.fromEntries(
      COLUMNS.map((name, column) => [name, this.columns[column]![place]]),
    ) as Sample;
  }
}
