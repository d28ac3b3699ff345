/**
 * Series that a table holds side by side, apart, each in the table's order.
 * @param seriesIndex - which series a row is of, from 0 to `count` - 1
 */
export function splitSeries<K extends string>(
  seriesIndex: Uint16Array,
  count: number,
  columns: Partial<Record<K, Float64Array>>,
): Record<K, Float64Array>[] {
  const names = (Object.keys(columns) as K[]).filter((name) => columns[name]);
  if (count === 1) return [columns as Record<K, Float64Array>];
  const lengths = new Array<number>(count).fill(0);
  for (const series of seriesIndex) lengths[series]!++;
  const split = lengths.map(
    (length) =>
      Object.fromEntries(names.map((name) => [name, new Float64Array(length)])) as Record<
        K,
        Float64Array
      >,
  );
  for (const name of names) {
    const values = columns[name]!;
    const next = new Array<number>(count).fill(0);
    for (let row = 0; row < values.length; row++) {
      const series = seriesIndex[row]!;
      split[series]![name][next[series]!++] = values[row]!;
    }
  }
  return split;
}
