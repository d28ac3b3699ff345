/**
 * A cumulative series at a time, linearly interpolated between its samples.
 * @param timeUs - strictly increasing
 * @returns NaN outside the samples: nothing is extrapolated
 */
export function cumulativeAt(timeUs: Float64Array, value: Float64Array, atUs: number): number {
  const last = timeUs.length - 1;
  if (last < 0 || atUs < timeUs[0]! || atUs > timeUs[last]!) return NaN;
  const right = firstAtOrAfter(timeUs, atUs);
  if (timeUs[right] === atUs) return value[right]!;
  const [t0, t1] = [timeUs[right - 1]!, timeUs[right]!];
  const [v0, v1] = [value[right - 1]!, value[right]!];
  return v0 + ((v1 - v0) * (atUs - t0)) / (t1 - t0);
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
