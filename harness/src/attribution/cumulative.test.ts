import fc from 'fast-check';
import { expect, test } from 'vitest';
import { riseIn, risesIn } from './cumulative.js';

const sorted = (least: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: least, maxLength: 20 })
    .map((values) => Float64Array.from(values).sort());
const series = sorted(0).map((timeUs) => [timeUs, timeUs.map((t) => t * t)] as const);

test('in one pass it is the same as one by one, and nothing is told outside the samples', () => {
  fc.assert(
    fc.property(series, sorted(1), ([timeUs, value], atUs) => {
      const windows = Array.from(atUs, (t) => ({ startUs: t, endUs: t + 3 }));
      expect([...risesIn(timeUs, value, windows)]).toEqual(
        windows.map((window) => riseIn(timeUs, value, window)),
      );
    }),
    { numRuns: 300 },
  );
});

test('ten thousand windows are no different', () => {
  const timeUs = Float64Array.from({ length: 3000 }, (_, i) => 7 * i + (i % 5));
  const value = timeUs.map((t) => t * t);
  const windows = Array.from({ length: 10_000 }, (_, i) => ({
    startUs: 2 * i,
    endUs: 2 * i + 900,
  }));
  expect([...risesIn(timeUs, value, windows)]).toEqual(
    windows.map((window) => riseIn(timeUs, value, window)),
  );
});
