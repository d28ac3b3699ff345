import { mersenne } from 'pure-rand/generator/mersenne';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { describe, expect, test } from 'vitest';
import { besidesCpu } from './cpu-parts.js';
import { effectOf, onlyComputing, type LoadRow } from './load-effect.js';
import { fitLoadModel } from './load-model.js';

/** Watts of a request at a time, and the cores it keeps busy: the last two wait for something most of the time. */
const WATTS = [0.8, 0.9, 0.5, 0.3];
const CORES = [1, 1, 0.15, 0.1];

/** Rows of random states on a node whose cores draw 0.85 W, to a power; what else is drawn is added. */
function rowsOf(exponent: number, noise: number): LoadRow[] {
  const random = mersenne(7);
  const uniform = () => uniformFloat64(random);
  const mean = 0.85;
  const truth = {
    factors: WATTS.map((watts, f) => (f < 2 ? watts : watts - mean * CORES[f]!)),
    offsets: [],
    exponent,
    levelWatts: 2,
    cpuParts: { cores: [0, 0, CORES[2]!, CORES[3]!], wattsPerCore: [0.5, 0.5, 0, 0] },
  };
  return Array.from({ length: 200 }, () => {
    const seconds = Float64Array.from({ length: 10 }, () => 0.1 * uniform());
    const counts = Float64Array.from({ length: 40 }, () => Math.floor(3 * uniform()));
    const busySeconds = WATTS.map((_, f) =>
      seconds.reduce((sum, each, s) => sum + each * counts[s * 4 + f]!, 0),
    );
    const row = {
      ...{ joules: 0, weight: 1, states: { seconds, counts }, feature: busySeconds },
      ...{ intensity: WATTS.map(() => 1), busySeconds, offsets: [] },
    };
    const joules = effectOf(row, truth).joules.reduce((sum, each) => sum + each, 0);
    return { ...row, joules: joules + noise * (uniform() - 0.5) };
  });
}

const cpuSecondsOf = (rows: readonly LoadRow[]) =>
  CORES.map((cores, f) => cores * rows.reduce((sum, row) => sum + row.busySeconds[f]!, 0));
const free = { curved: true, offsetPrecision: [] };

describe('energy besides CPU time', () => {
  test.each([0.75, 1.3])('on a node of exponent %d those that wait are found, and it is', (a) => {
    const rows = rowsOf(a, 0.01);
    const cpuParts = besidesCpu(rows, cpuSecondsOf(rows), free);
    expect(cpuParts.cores.map((each) => each > 0)).toEqual([false, false, true, true]);
    const { exponent } = fitLoadModel(rows, { ...free, cpuParts }).model;
    expect(exponent).toBeCloseTo(a, 2);
    // Without, the node seems to be less bent than it is.
    const without = fitLoadModel(rows, { ...free, cpuParts: onlyComputing(4) }).model.exponent;
    expect(Math.abs(without - 1)).toBeLessThan(0.8 * Math.abs(a - 1));
  });

  test('where CPU time is not known of all, or of none that computes, all is taken to compute', () => {
    const rows = rowsOf(1.3, 0);
    const cpuSeconds = cpuSecondsOf(rows);
    expect(besidesCpu(rows, [NaN, ...cpuSeconds.slice(1)], free)).toEqual(onlyComputing(4));
    const alike = cpuSeconds.map((_, f) =>
      rows.reduce((sum, row) => sum + WATTS[f]! * row.busySeconds[f]!, 0),
    );
    expect(besidesCpu(rows, alike, free)).toEqual(onlyComputing(4));
  });
});
