import { expect, test } from 'vitest';
import { encodeDatagram } from '@power-harness/proto/codec';
import { ChannelStream } from './channel-stream.js';
import { measurement } from './scripted-meter.js';

const BOOT_US = 1_795_435_200_000_000;

/** Feeds a stream ten datagrams a second, whose times of arrival are `stepUs` off from `fromSecond` on. */
function readings(seconds: number, fromSecond: number, stepUs: number) {
  const stream = new ChannelStream(1);
  const times: number[] = [];
  let setBack = 0;
  for (let n = 1; n <= seconds * 10; n++) {
    const arrivalUs = BOOT_US + n * 100_000 + (n >= fromSecond * 10 ? stepUs : 0);
    const received = stream.receive(encodeDatagram(measurement(n / 10)), arrivalUs);
    if (!received || 'challenge' in received) throw new Error('no reading');
    times.push(received.reading.timeUs);
    if (received.reading.clockSetBack) setBack++;
  }
  return { times, setBack, counted: stream.counts.clockSetBack };
}

test("where the host's clock is set back, samples follow it at once and say so", () => {
  const { times, setBack, counted } = readings(60, 40, -3_600_000_000);
  expect([setBack, counted]).toEqual([1, 1]);
  const last = times.at(-1)!;
  expect(Math.abs(last - (BOOT_US + 60e6 - 3_600_000_000))).toBeLessThan(2000);
  expect(times.slice(-100).every((time, n, all) => n === 0 || time - all[n - 1]! > 90_000)).toBe(
    true,
  );
});

test('where it is set forward, samples follow within seconds, and always go on', () => {
  const { times, setBack } = readings(60, 40, 3_600_000_000);
  expect(setBack).toBe(0);
  expect(Math.abs(times.at(-1)! - (BOOT_US + 60e6 + 3_600_000_000))).toBeLessThan(2000);
  expect(times.every((time, n) => n === 0 || time > times[n - 1]!)).toBe(true);
});
