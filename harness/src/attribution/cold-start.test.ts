import { describe, expect, test } from 'vitest';
import { coldStarts } from './cold-start.js';
import { ratioInterval } from './ratio-interval.js';
import { syntheticColdRun, TYPICAL_COLD, type ColdRun } from './synthetic-cold-run.js';

const EXACT = { ...TYPICAL_COLD, noiseWatts: 0, scatter: 0 };

test('without noise every figure is what the run was made from', () => {
  const [found] = coldStarts(syntheticColdRun(EXACT)).cold_starts;
  expect(found!.cold_starts).toBe(6);
  expect(found!.start_seconds.value).toBeCloseTo(0.5, 9);
  expect(found!.start_joules.value).toBeCloseTo(1.5, 9);
  expect(found!.warm_request_joules.value).toBeCloseTo(0.05, 9);
  expect(found!.keep_warm_joules_per_minute.value).toBeCloseTo(0.02 * 60, 9);
  // 20 mW against 1.45 J for each start.
  expect(found!.break_even_per_hour!.value).toBeCloseTo((0.02 / 1.45) * 3600, 6);
});

test('the meter can be wrong by its gain', () => {
  const input = syntheticColdRun(EXACT);
  const sensor = { ...input.sensor, gainRatio: 0.01 };
  const [{ start_joules: start } = {}] = coldStarts({ ...input, sensor }).cold_starts;
  expect(start!.systematic95.high - start!.value).toBeCloseTo(1.96 * 0.015, 3);
});

test('a cold start whose request failed is left out, and said', () => {
  const input = syntheticColdRun(TYPICAL_COLD);
  input.invocations.status[2] = 503;
  const { cold_starts, warnings } = coldStarts(input);
  expect(cold_starts[0]!.cycles.map(({ repetition }) => repetition)).toEqual([1, 3, 4, 5, 6]);
  expect(warnings.map(({ message }) => message)).toEqual([
    'f: repetition 2 is left out: a request failed.',
    'f: the interval rests on 5 repetitions.',
  ]);
});

test('one cold start is no figure', () => {
  const { cold_starts, refused } = coldStarts(syntheticColdRun({ ...TYPICAL_COLD, cycles: 1 }));
  expect(cold_starts).toEqual([]);
  expect(refused).toEqual([
    { functions: ['f'], reason: expect.stringContaining('Only 1 of its cold starts') as string },
  ]);
});

describe('over many drawn runs', () => {
  const RUNS = 400;
  const draws = (more: Partial<ColdRun>) =>
    Array.from({ length: RUNS }, (_, seed) => {
      const input = syntheticColdRun({ ...TYPICAL_COLD, ...more, seed });
      return coldStarts(input).cold_starts[0]!;
    });
  const share = (hits: readonly boolean[]) => hits.filter(Boolean).length / hits.length;
  const covers = ({ low, high }: { low: number; high: number | null }, truth: number) =>
    low <= truth && (high === null || truth <= high);

  test('the 95 % intervals cover what the runs were made from', () => {
    const found = draws({});
    for (const covered of [
      share(found.map((each) => covers(each.start_joules.ci95, 1.5))),
      share(found.map((each) => covers(each.warm_request_joules.ci95, 0.05))),
      share(found.map((each) => covers(each.keep_warm_joules_per_minute.ci95, 1.2))),
      share(found.map((each) => covers(each.break_even_per_hour!.ci95, (0.02 / 1.45) * 3600))),
    ]) {
      expect(covered).toBeGreaterThan(0.92);
      expect(covered).toBeLessThan(0.98);
    }
  });

  test('an idle replica that costs nothing is rarely said to cost something', () => {
    const found = draws({ keepWatts: 0 });
    expect(share(found.map((each) => each.keep_warm_joules_per_minute.detectable))).toBeLessThan(
      0.08,
    );
    const bounded = found.map((each) => each.break_even_per_hour!.ci95);
    expect(share(bounded.map(({ low }) => low === 0))).toBeGreaterThan(0.95);
  });
});

test('a ratio is unbounded where its denominator may be nothing', () => {
  expect(ratioInterval([1, 1.1, 0.9], [0.1, -0.1, 0.05])).toEqual({
    low: expect.any(Number) as number,
    high: null,
  });
  expect(ratioInterval([0.1, -0.1, 0], [0.1, -0.1, 0.05])).toEqual({ low: 0, high: null });
  const { low, high } = ratioInterval([2, 2.2, 1.8], [1, 1.1, 0.9]);
  expect([low, high]).toEqual([expect.closeTo(2, 6), expect.closeTo(2, 6)]);
});
