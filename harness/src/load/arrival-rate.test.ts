import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrivalRate, proposedRate, virtualUsers } from './arrival-rate.js';

test.each([
  [0.02, 20],
  [0.05, 8],
  [0.0151, 26],
  [0.0001, 200],
  [1, 0.4],
  [60, 0.1],
])('an answer in %d s: %d requests per second', (serviceSeconds, rate) => {
  expect(proposedRate(serviceSeconds)).toBe(rate);
});

test('a proposed rate keeps a replica less than half busy, up to four seconds an answer', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-5, max: 4, noNaN: true }), (serviceSeconds) => {
      expect(proposedRate(serviceSeconds) * serviceSeconds).toBeLessThan(0.43);
    }),
  );
});

test('k6 gets whole numbers that say the same rate', () => {
  expect(arrivalRate(20)).toEqual({ rate: 20, timeUnit: '1s' });
  expect(arrivalRate(0.45)).toEqual({ rate: 450, timeUnit: '1000s' });
});

test('virtual users: some for the smallest rate, more for slow functions, never without limit', () => {
  expect(virtualUsers(1)).toBe(10);
  expect(virtualUsers(200)).toBe(100);
  expect(virtualUsers(10, 5)).toBe(200);
  expect(virtualUsers(1e6)).toBe(1000);
});
