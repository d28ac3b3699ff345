import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClockMapping } from './clock-mapping.js';
import { JoinedCounter } from './joined-counter.js';

const BOOT_US = 1_795_435_200_000_000;

/** Feeds a minute of datagrams, ten a second, with delays from `delayUs`; gives the worst error afterwards. */
function worstError(driftRatio: number, delayUs: (n: number) => number, seconds = 60): number {
  const clock = new ClockMapping();
  const host = (meterUs: number) => BOOT_US + meterUs * (1 + driftRatio);
  let worst = 0;
  for (let n = 0; n < seconds * 10; n++) {
    const meterUs = n * 100_000;
    clock.observe(meterUs, host(meterUs) + delayUs(n));
    if (n > 300) worst = Math.max(worst, Math.abs(clock.toHostUs(meterUs) - host(meterUs)));
  }
  return worst;
}

describe('the mapping of the meter clock', () => {
  test('jitter and drift leave less than about a millisecond', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
        fc.integer(),
        (drift, seed) => {
          let state = seed;
          const uniform = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
          // Mostly a little late, sometimes very; the fastest of twenty is on time to 0.3 ms.
          const delay = () => (uniform() < 0.1 ? 30_000 * uniform() : 4000 * uniform() * uniform());
          expect(worstError(drift, delay)).toBeLessThan(1500);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['forward', 5_000_000],
    ['back', -5_000_000],
  ])('a host clock stepped %s is followed within some seconds', (_, stepUs) => {
    const clock = new ClockMapping();
    let host = 0;
    for (let n = 0; n < 900; n++) {
      const meterUs = n * 100_000;
      host = BOOT_US + meterUs + (n > 600 ? stepUs : 0);
      clock.observe(meterUs, host + (n % 7) * 100);
    }
    expect(Math.abs(clock.toHostUs(89_900_000) - host)).toBeLessThan(1500);
  });

  test('a block of late datagrams changes nothing', () => {
    const lateSeconds = [10, 30, 44];
    const delay = (n: number) =>
      lateSeconds.some((second) => n >= second * 10 && n < second * 10 + 30)
        ? 80_000
        : (n % 5) * 50;
    expect(worstError(5e-5, delay)).toBeLessThan(400);
  });

  test('one very late datagram changes nothing', () => {
    expect(worstError(0, (n) => (n === 500 ? 4_000_000 : (n % 5) * 50))).toBeLessThan(300);
  });
});

test('a value that went back within a boot is counted once', () => {
  const counter = new JoinedCounter();
  const totals = [5, 8, 6, 7, 8, 9].map((value) => counter.add(value, false));
  expect(totals).toEqual([0, 3, 3, 3, 3, 4]);
  expect(counter.add(2, true)).toBe(6);
});

test('a joined counter never goes back, never counts twice, and loses nothing but what was in the gap', () => {
  const boots = fc.array(fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(boots, (steps) => {
      const counter = new JoinedCounter();
      let [expected, last, first] = [0, 0, true];
      for (const boot of steps) {
        let value = 0;
        for (const [index, step] of boot.entries()) {
          value += step;
          const before = counter.total;
          counter.add(value, !first && index === 0);
          if (!first) expected += index === 0 ? value : step;
          first = false;
          expect(counter.total).toBeGreaterThanOrEqual(before);
          last = value;
        }
      }
      expect(last).toBeGreaterThanOrEqual(0);
      expect(counter.total).toBe(expected);
    }),
  );
});
