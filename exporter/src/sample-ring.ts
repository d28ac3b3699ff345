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

  constructor(private readonly capacity: number) {
    this.columns = COLUMNS.map(() => new Float64Array(capacity));
  }

  get length(): number {
    return Math.min(this.count, this.capacity);
  }

  /** @param sample - later than the one before; NaN stands for no energy */
  add(sample: Sample): void {
    const at = this.count++ % this.capacity;
    for (const [index, name] of COLUMNS.entries()) this.columns[index]![at] = sample[name];
  }

  /** Samples from `fromUs` to `toUs`, both included, oldest first. */
  *between(fromUs: number, toUs: number): Generator<Sample> {
    const oldest = this.count - this.length;
    let [low, high] = [oldest, this.count];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.timeAt(middle) < fromUs) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.count && this.timeAt(i) <= toUs; i++) yield this.at(i);
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
