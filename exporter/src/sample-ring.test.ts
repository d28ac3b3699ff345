import { expect, test } from 'vitest';
import { SampleRing, type Sample } from './sample-ring.js';

const sample = (timeUs: number): Sample => ({
  timeUs,
  energyJoules: timeUs / 1e6,
  flags: 0,
  gapUs: 0,
  missedCycles: 0,
  overrangeSamples: 0,
  shuntMicroohms: 100_000,
  offsetLsb256: 0,
});

function filled(capacity: number, count: number): SampleRing {
  const ring = new SampleRing(capacity);
  for (let n = 1; n <= count; n++) ring.add(sample(n * 100));
  return ring;
}

const times = (samples: Iterable<Sample>) => [...samples].map(({ timeUs }) => timeUs);

test('it keeps the last samples, and finds them by their time', () => {
  const ring = filled(4, 10);
  expect(ring.length).toBe(4);
  expect(times(ring.between(0, Infinity))).toEqual([700, 800, 900, 1000]);
  expect(times(ring.between(800, 900))).toEqual([800, 900]);
  expect(times(ring.between(801, 899))).toEqual([]);
});

test('a reader that is overtaken gets an error, and no sample of another lap', () => {
  const ring = filled(4, 4);
  const reader = ring.between(0, 400);
  expect(reader.next().value).toMatchObject({ timeUs: 100 });
  for (let n = 5; n <= 7; n++) ring.add(sample(n * 100));
  expect(() => reader.next()).toThrow('overwritten');
});

test('cleared, it begins anew, at any time', () => {
  const ring = filled(4, 10);
  ring.clear();
  expect(times(ring.between(0, Infinity))).toEqual([]);
  ring.add(sample(50));
  ring.add(sample(60));
  expect(times(ring.between(0, Infinity))).toEqual([50, 60]);
});
