import type { Invocations } from './input.js';
import type { Span } from './spans.js';

/** For how long how many requests of each function were in flight at once, in one span. */
export interface InFlightStates {
  seconds: Float64Array;
  /** By state, then function: `counts[state * functions + f]`. */
  counts: Float64Array;
}

/**
 * Which requests were in flight together, in each of some spans: a sweep over starts and ends.
 * @param invocations - by the time they start
 * @param weights - of nodeWeights
 * @param column - the column of each function of `invocations.functions`; below 0: leave it out
 * @param spans - in order, not overlapping
 */
export function inFlightStates(
  { functions, functionIndex, nodeIndex, startUs, endUs }: Invocations,
  weights: Float64Array,
  column: Int32Array,
  width: number,
  spans: readonly Span[],
): InFlightStates[] {
  const now = new Float64Array(width);
  const ends = new EndHeap();
  let row = 0;
  return spans.map((span) => {
    const seen = new Map<string, number>();
    const seconds: number[] = [];
    const counts: number[] = [];
    let at = span.startUs;
    const lastUntil = (untilUs: number) => {
      const until = Math.min(untilUs, span.endUs);
      if (until <= at) return;
      const key = now.join();
      let state = seen.get(key);
      if (state === undefined) {
        seen.set(key, (state = seconds.length));
        seconds.push(0);
        counts.push(...now);
      }
      seconds[state]! += (until - at) / 1e6;
      at = until;
    };
    for (;;) {
      const start = row < startUs.length ? startUs[row]! : Infinity;
      const next = Math.min(start, ends.earliest);
      if (next >= span.endUs) break;
      lastUntil(next);
      if (ends.earliest <= start) {
        const { f, weight } = ends.pop();
        now[f] = Math.max(0, now[f]! - weight);
        if (now[f]! < 1e-9) now[f] = 0;
      } else {
        const f = column[functionIndex[row]!]!;
        const weight = weights[nodeIndex[row]! * functions.length + functionIndex[row]!]!;
        if (f >= 0 && weight > 0 && endUs[row]! > start) {
          now[f]! += weight;
          ends.push(endUs[row]!, f, weight);
        }
        row++;
      }
    }
    lastUntil(span.endUs);
    return { seconds: Float64Array.from(seconds), counts: Float64Array.from(counts) };
  });
}

interface End {
  timeUs: number;
  f: number;
  weight: number;
}

/** A binary heap of the requests in flight, the one that ends first on top. */
class EndHeap {
  private readonly items: End[] = [];

  get earliest(): number {
    return this.items[0]?.timeUs ?? Infinity;
  }

  push(timeUs: number, f: number, weight: number): void {
    const { items } = this;
    let i = items.push({ timeUs, f, weight }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (items[parent]!.timeUs <= items[i]!.timeUs) return;
      [items[parent], items[i]] = [items[i]!, items[parent]!];
      i = parent;
    }
  }

  pop(): End {
    const { items } = this;
    const top = items[0]!;
    const last = items.pop()!;
    if (items.length > 0) {
      items[0] = last;
      for (let i = 0; ;) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2]) {
          if (child < items.length && items[child]!.timeUs < items[least]!.timeUs) least = child;
        }
        if (least === i) break;
        [items[least], items[i]] = [items[i]!, items[least]!];
        i = least;
      }
    }
    return top;
  }
}
