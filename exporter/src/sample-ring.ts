/** What is kept of a reading, each a column no wider than it needs: 44 bytes a sample. */
const COLUMNS = {
  timeUs: Float64Array,
  energyJoules: Float64Array,
  flags: Uint32Array,
  gapUs: Float64Array,
  missedCycles: Uint32Array,
  overrangeSamples: Uint32Array,
  shuntMicroohms: Uint32Array,
  offsetLsb256: Int32Array,
} as const;

type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];

export type Sample = Record<Column, number>;

/** The last samples of a channel, in memory that does not grow. */
export class SampleRing {
  private readonly columns: Record<Column, Float64Array | Uint32Array | Int32Array>;
  private count = 0;
  private first = 0;

  constructor(private readonly capacity: number) {
    this.columns = mapColumns((name) => new COLUMNS[name](capacity));
  }

  get length(): number {
    return this.count - this.oldest;
  }

  private get oldest(): number {
    return Math.max(this.first, this.count - this.capacity);
  }

  /** @param sample - later than the one before; energy that is not known is kept as NaN */
  add(sample: Omit<Sample, 'energyJoules'> & { energyJoules: number | undefined }): void {
    const at = this.count++ % this.capacity;
    for (const name of NAMES) this.columns[name][at] = sample[name] ?? NaN;
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
    return this.columns.timeUs[index % this.capacity]!;
  }

  private at(index: number): Sample {
    const place = index % this.capacity;
    return mapColumns((name) => this.columns[name][place]!);
  }
}

function mapColumns<T>(value: (name: Column) => T): Record<Column, T> {
  return Object.fromEntries(NAMES.map((name) => [name, value(name)])) as Record<Column, T>;
}
