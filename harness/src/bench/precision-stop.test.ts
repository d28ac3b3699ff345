import { expect, test } from 'vitest';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { interval95, mean, ofMean } from '../attribution/uncertainty.js';
import { PrecisionStop } from './precision-stop.js';

test('looks are planned, and one that is satisfied is not enough', () => {
  const stop = new PrecisionStop(0.02);
  const looks: number[] = [];
  for (let n = 1; n <= 60; n++) {
    if (!stop.isLook(n)) continue;
    looks.push(n);
    expect(stop.look(n, [0.05])).toBe(false);
  }
  expect(looks).toEqual([10, 13, 17, 22, 28, 35, 44, 55]);
  expect(stop.look(69, [0.02, 0.01])).toBe(false);
  expect(stop.look(87, [0.02, 0.021])).toBe(false);
  expect(stop.look(109, [0.02, 0.01])).toBe(false);
  expect(stop.look(137, [0.019, 0.01])).toBe(true);
});

test('stopping by it leaves an interval its coverage, however many repetitions that takes', () => {
  const gaussian = normal(7);
  for (const scatter of [0.01, 0.03, 0.045, 0.06, 0.09]) {
    let covered = 0;
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      const { low, high } = untilStopped(() => 1 + scatter * gaussian());
      if (low <= 1 && 1 <= high) covered++;
    }
    // 95 % nominal; its standard error over 4000 runs is 0.34 %.
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.965);
  }
});

function untilStopped(draw: () => number) {
  const stop = new PrecisionStop(0.02);
  const values: number[] = [];
  for (;;) {
    values.push(draw());
    if (!stop.isLook(values.length)) continue;
    const centre = mean(values);
    const interval = interval95(centre, ofMean(values));
    const halfWidth = (interval.high - interval.low) / 2;
    if (stop.look(values.length, [halfWidth / centre])) return interval;
  }
}

/** Box and Muller, from a seed. */
function normal(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  const uniform = () => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
