/**
 * A cumulative series at a time, linearly interpolated between its samples.
 * @param timeUs - strictly increasing
 * @returns NaN outside the samples: nothing is extrapolated
 */
export function cumulativeAt(timeUs: Float64Array, value: Float64Array, atUs: number): number {
  const last = timeUs.length - 1;
  if (last < 0 || atUs < timeUs[0]! || atUs > timeUs[last]!) return NaN;
  return between(timeUs, value, firstAtOrAfter(timeUs, atUs), atUs);
}

/** @param right - the first sample at or after `atUs` */
function between(timeUs: Float64Array, value: Float64Array, right: number, atUs: number): number {
  if (timeUs[right] === atUs) return value[right]!;
  const [t0, t1] = [timeUs[right - 1]!, timeUs[right]!];
  const [v0, v1] = [value[right - 1]!, value[right]!];
  return v0 + ((v1 - v0) * (atUs - t0)) / (t1 - t0);
}

/**
 * The same at many times, in one pass over both.
 * @param atUs - rising
 * @param found - gets the value at each
 * @param right - a sample not after the first at or after `atUs[0]`: where to look from
 * @returns where to look from for later times
 */
function cumulativeAtEach(
  timeUs: Float64Array,
  value: Float64Array,
  atUs: Float64Array,
  found: Float64Array,
  right: number,
): number {
  const last = timeUs.length - 1;
  // Kept in variables from one time to the next: most times lie where the one before did, or one sample on.
  let [t0, t1] = [timeUs[right - 1] ?? NaN, timeUs[right] ?? NaN];
  let [v0, v1] = [value[right - 1] ?? NaN, value[right] ?? NaN];
  for (let i = 0; i < atUs.length; i++) {
    const t = atUs[i]!;
    while (t1 < t && right < last) {
      t0 = t1;
      v0 = v1;
      right++;
      t1 = timeUs[right]!;
      v1 = value[right]!;
    }
    // Before the first sample there is no t0, so this is NaN too.
    found[i] = t === t1 ? v1 : t < t1 ? v0 + ((v1 - v0) * (t - t0)) / (t1 - t0) : NaN;
  }
  return right;
}

/** The first index whose time is not before `atUs`; the length where there is none. */
export function firstAtOrAfter(timeUs: Float64Array, atUs: number): number {
  let [low, high] = [0, timeUs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeUs[middle]! < atUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a cumulative series rose by in a window. NaN where the samples don't reach. */
export function riseIn(
  timeUs: Float64Array,
  value: Float64Array,
  { startUs, endUs }: { startUs: number; endUs: number },
): number {
  return cumulativeAt(timeUs, value, endUs) - cumulativeAt(timeUs, value, startUs);
}

/** Windows at a time: the samples around them are read for their ends while still in the processor's cache. */
const WINDOWS_AT_A_TIME = 4096;

/**
 * The same in many windows, in one pass.
 * @param startUs - rising
 * @param endUs - rising
 */
export function risesBetween(
  timeUs: Float64Array,
  value: Float64Array,
  startUs: Float64Array,
  endUs: Float64Array,
): Float64Array {
  const rises = new Float64Array(startUs.length);
  const block = Math.min(WINDOWS_AT_A_TIME, rises.length);
  const [before, after] = [new Float64Array(block), new Float64Array(block)];
  let [startRight, endRight] = [0, 0];
  for (let from = 0; from < rises.length; from += block) {
    const to = Math.min(from + block, rises.length);
    const [starts, ends] = [startUs.subarray(from, to), endUs.subarray(from, to)];
    startRight = cumulativeAtEach(timeUs, value, starts, before, startRight);
    endRight = cumulativeAtEach(timeUs, value, ends, after, endRight);
    for (let i = from; i < to; i++) rises[i] = after[i - from]! - before[i - from]!;
  }
  return rises;
}

/** @param windows - in order, their ends too */
export function risesIn(
  timeUs: Float64Array,
  value: Float64Array,
  windows: readonly { startUs: number; endUs: number }[],
): Float64Array {
  const startUs = Float64Array.from(windows, (window) => window.startUs);
  const endUs = Float64Array.from(windows, (window) => window.endUs);
  return risesBetween(timeUs, value, startUs, endUs);
}
