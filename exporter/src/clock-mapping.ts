/** The fastest datagram of each block of this length stands for it. */
const BLOCK_US = 2_000_000;
const BLOCKS = 60;

/** So many blocks in a row that are this late mean that a clock was stepped, not that the network is slow. */
const STEP_BLOCKS = 3;
const STEP_US = 20_000;

/** Over less time than this, drift can't be told from jitter. */
const DRIFT_SPAN_US = 20_000_000;

interface Fastest {
  meterUs: number;
  /** Arrival by the host's clock less the meter's time. */
  offsetUs: number;
}

/**
 * Maps a meter's clock to the host's by the lower envelope of (arrival - meter time): delays only ever add,
 * so the fastest datagrams tell offset and drift. Source: Moon, Skelly, Towsley, Estimation and removal of
 * clock skew from network delay measurements, INFOCOM 1999.
 */
export class ClockMapping {
  private blocks: Fastest[] = [];
  private blockStartUs = -Infinity;
  private line = { atUs: 0, offsetUs: 0, drift: 0 };

  /** Takes note of a datagram; both times in microseconds. */
  observe(meterUs: number, arrivalUs: number): void {
    const seen = { meterUs, offsetUs: arrivalUs - meterUs };
    const last = this.blocks.at(-1);
    if (!last || meterUs >= this.blockStartUs + BLOCK_US || meterUs < this.blockStartUs) {
      if (last && meterUs < this.blockStartUs) this.reset();
      this.endBlock();
      this.blockStartUs = meterUs;
      this.blocks.push(seen);
      if (this.blocks.length > BLOCKS) this.blocks.shift();
    } else if (seen.offsetUs < last.offsetUs) {
      this.blocks[this.blocks.length - 1] = seen;
    } else {
      return;
    }
    this.fit();
  }

  /** The meter's clock began anew. */
  reset(): void {
    this.blocks = [];
    this.blockStartUs = -Infinity;
  }

  /** The host's time at a time of the meter. */
  toHostUs(meterUs: number): number {
    return meterUs + this.offsetAtUs(meterUs);
  }

  /** What to add to the meter's time to get the host's. */
  offsetAtUs(meterUs: number): number {
    const { atUs, offsetUs, drift } = this.line;
    return offsetUs + drift * (meterUs - atUs);
  }

  /** Seconds the host's clock gains on the meter's in a second. */
  get drift(): number {
    return this.line.drift;
  }

  /** When the last blocks are all late by about as much, what came before them is of another clock. */
  private endBlock(): void {
    if (this.blocks.length <= STEP_BLOCKS) return;
    const late = this.blocks.slice(-STEP_BLOCKS);
    const stepped = late.every(
      ({ meterUs, offsetUs }) => offsetUs - this.offsetAtUs(meterUs) > STEP_US,
    );
    if (stepped) this.blocks = late;
  }

  private fit(): void {
    const hull = lowerHull(this.blocks);
    const [first, last] = [hull[0]!, hull.at(-1)!];
    const newest = this.blocks.at(-1)!;
    // A clock that jumped back makes the newest block the lowest by far: nothing before it counts.
    if (this.blocks.length > 1 && this.offsetAtUs(newest.meterUs) - newest.offsetUs > STEP_US) {
      this.blocks = [newest];
      this.line = { atUs: newest.meterUs, offsetUs: newest.offsetUs, drift: 0 };
      return;
    }
    if (hull.length < 2 || last.meterUs - first.meterUs < DRIFT_SPAN_US) {
      const lowest = this.blocks.reduce((a, b) => (b.offsetUs < a.offsetUs ? b : a));
      this.line = { atUs: lowest.meterUs, offsetUs: lowest.offsetUs, drift: 0 };
      return;
    }
    const middleUs = this.blocks.reduce((sum, each) => sum + each.meterUs, 0) / this.blocks.length;
    const right = Math.max(
      1,
      hull.findIndex(({ meterUs }) => meterUs >= middleUs),
    );
    const [a, b] = [hull[right - 1]!, hull[right]!];
    const drift = (b.offsetUs - a.offsetUs) / (b.meterUs - a.meterUs);
    this.line = { atUs: a.meterUs, offsetUs: a.offsetUs, drift };
  }
}

/** Andrew's monotone chain; the points come in the order of their time. */
function lowerHull(points: readonly Fastest[]): Fastest[] {
  const hull: Fastest[] = [];
  for (const point of points) {
    while (hull.length >= 2 && !turnsLeft(hull.at(-2)!, hull.at(-1)!, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

function turnsLeft(a: Fastest, b: Fastest, c: Fastest): boolean {
  return (
    (b.meterUs - a.meterUs) * (c.offsetUs - a.offsetUs) >
    (b.offsetUs - a.offsetUs) * (c.meterUs - a.meterUs)
  );
}
