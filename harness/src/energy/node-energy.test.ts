import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SampleRow } from './energy-source.js';
import { NodeEnergy } from './node-energy.js';

const sample = (channel: number, timeUs: number, energyJoules: number): SampleRow => ({
  meter: 'm',
  channel,
  node: 'n',
  timeUs,
  energyJoules,
  flags: 0,
  gapUs: 0,
  missedCycles: 0,
  overrangeSamples: 0,
  shuntMicroohms: 100_000,
  offsetLsb256: 0,
});

const pairs = (rows: { timeUs: number; energyJoules: number }[]) =>
  rows.map(({ timeUs, energyJoules }) => [timeUs, energyJoules]);

test("a node of one channel gets that channel's rows", () => {
  const join = new NodeEnergy(new Map([['n', ['m/1']]]));
  expect(pairs(join.add([sample(1, 10, 1), sample(1, 20, 2)]))).toEqual([
    [10, 1],
    [20, 2],
  ]);
});

test("a second channel is added at the first one's times, when it has come that far", () => {
  const join = new NodeEnergy(new Map([['n', ['m/1', 'm/2']]]));
  expect(join.add([sample(1, 10, 1), sample(1, 20, 2), sample(2, 5, 0)])).toEqual([]);
  expect(pairs(join.add([sample(2, 15, 10)]))).toEqual([[10, 6]]);
  expect(pairs(join.add([sample(2, 25, 20)]))).toEqual([[20, 17]]);
});

test('a reading without joules is left out', () => {
  const join = new NodeEnergy(new Map());
  expect(join.add([{ ...sample(1, 10, 1), energyJoules: undefined }])).toEqual([]);
});

test('two channels of constant power sum to their powers, however the rows are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      (stepsA, stepsB, chunk) => {
        const times = (steps: number[]) =>
          steps.map((_, i) => steps.slice(0, i + 1).reduce((a, b) => a + b));
        const rows = [
          ...times(stepsA).map((t) => sample(1, t, 2 * t)),
          ...times(stepsB).map((t) => sample(2, t, 3 * t)),
        ].sort((a, b) => a.timeUs - b.timeUs);
        const join = new NodeEnergy(new Map([['n', ['m/1', 'm/2']]]));
        for (let i = 0; i < rows.length; i += chunk) {
          for (const { timeUs, energyJoules } of join.add(rows.slice(i, i + chunk))) {
            expect(energyJoules).toBeCloseTo(5 * timeUs, 6);
          }
        }
      },
    ),
  );
});
