import { mersenne } from 'pure-rand/generator/mersenne';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { expect, test } from 'vitest';
import { withCountedBytes } from './counted-bytes.js';
import { onlyComputing, type LoadRow } from './load-effect.js';
import { linearFactors } from './load-model.js';

/** Each invocation takes 1 J on average, and differs; its bytes tell what it takes only roughly. */
function drawn(rows: number) {
  const random = mersenne(3);
  const uniform = (low: number, high: number) => low + (high - low) * uniformFloat64(random);
  const counts = Array.from({ length: rows }, () => Math.floor(uniform(0, 4)));
  const all = counts.map((count): LoadRow => {
    let [joules, bytes] = [0, 0];
    for (let i = 0; i < count; i++) {
      const own = uniform(0.5, 1.5);
      joules += own;
      bytes += 1000 * own * uniform(0.3, 1.7);
    }
    const states = { seconds: new Float64Array(0), counts: new Float64Array(0) };
    return {
      ...{
        joules,
        weight: 1,
        states,
        feature: [bytes],
        intensity: [count > 0 ? bytes / count : 0],
      },
      ...{ busySeconds: [count], offsets: [] },
    };
  });
  return { rows: all, counts };
}

test('a slope on bytes is flattened by what they scatter; blended with invocations it is not', () => {
  const { rows, counts } = drawn(4000);
  const none = onlyComputing(1);
  const sum = (of: readonly LoadRow[]) => of.reduce((all, { feature }) => all + feature[0]!, 0);
  const joulesOf = (of: readonly LoadRow[]) => linearFactors(of, none)[0]! * sum(of);
  const truth = rows.reduce((all, { joules }) => all + joules, 0);
  const blended = withCountedBytes(rows, ['bytes'], [counts], none);
  expect(joulesOf(rows) / truth).toBeLessThan(0.96);
  expect(Math.abs(joulesOf(blended) / truth - 1)).toBeLessThan(0.005);
  expect(sum(blended)).toBeCloseTo(sum(rows), 3);
  blended.forEach(({ feature, intensity, busySeconds }) =>
    expect(intensity[0]! * busySeconds[0]!).toBeCloseTo(feature[0]!, 6),
  );
});

test('other features stay as they are', () => {
  const { rows, counts } = drawn(20);
  expect(withCountedBytes(rows, ['busy_seconds'], [counts], onlyComputing(1))).toEqual(rows);
});
