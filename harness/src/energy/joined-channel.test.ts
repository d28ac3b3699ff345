import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SampleRow } from './energy-source.js';
import { JoinedChannel } from './joined-channel.js';

function row(timeUs: number, energyJoules: number, gapUs = 0): SampleRow {
  const counters = { flags: 0, gapUs, missedCycles: 0, overrangeSamples: 0 };
  return {
    ...counters,
    ...{ meter: 'm', channel: 1, node: 'n', timeUs, energyJoules },
    ...{ shuntMicroohms: 0, offsetLsb256: 0 },
  };
}

test('an exporter that begins anew goes on where it was, and the time between is a gap', () => {
  const channel = new JoinedChannel();
  const joined = [
    row(1e6, 4, 10),
    row(2e6, 6, 10),
    row(5e6, 0, 0),
    row(6e6, 2, 5),
    row(8e6, 1, 0),
  ].map((each) => channel.add(each));
  expect(joined.map(({ energyJoules }) => energyJoules)).toEqual([4, 6, 6, 8, 9]);
  expect(joined.map(({ gapUs }) => gapUs)).toEqual([10, 10, 3e6 + 10, 3e6 + 15, 5e6 + 15]);
});

test('never backwards, and all that an exporter counted is in it', () => {
  const lives = fc.array(
    fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { minLength: 1 }),
  );
  fc.assert(
    fc.property(lives, (steps) => {
      const channel = new JoinedChannel();
      let [timeUs, last, counted] = [0, 0, 0];
      for (const life of steps) {
        let energy = 0;
        last = channel.add(row(++timeUs, 0)).energyJoules!;
        for (const step of life) {
          energy += step;
          const { energyJoules } = channel.add(row(++timeUs, energy));
          expect(energyJoules).toBeGreaterThanOrEqual(last);
          last = energyJoules!;
        }
        counted += energy;
      }
      expect(last).toBeCloseTo(counted, 6);
    }),
  );
});

test('a meter without voltage has nothing to join', () => {
  const { energyJoules, ...rest } = row(1, 1);
  expect(energyJoules).toBe(1);
  const without = { ...rest, energyJoules: undefined };
  expect(new JoinedChannel().add(without)).toEqual(without);
});
