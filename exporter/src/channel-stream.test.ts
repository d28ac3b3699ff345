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
    if (!received || !('reading' in received)) throw new Error('no reading');
    times.push(received.reading.timeUs);
    if (received.reading.clockSetBack) setBack++;
  }
  return { times, setBack, counted: stream.times.setBack };
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

/** A datagram of the first generation: it takes its shunt for 100 mΩ, and reads 100 mA. */
const firstGeneration = (second: number): Uint8Array =>
  encodeDatagram({
    timestampUs: second * 1e6,
    chargeMilliampereSeconds: second * 100,
    currentMilliamperes: 100,
  });

function read(stream: ChannelStream, bytes: Uint8Array) {
  const received = stream.receive(bytes, BOOT_US);
  if (!received || !('reading' in received)) throw new Error('no reading');
  return received.reading;
}

test('what a meter of the first generation reads wrong is put right', () => {
  const stream = new ChannelStream(1);
  stream.configure(5, { shuntMicroohms: 50_000, gain: 1.1, offsetMicroamperes: 2000 });
  read(stream, firstGeneration(10));
  const { currentAmperes, chargeCoulombs, energyJoules, powerWatts } = read(
    stream,
    firstGeneration(20),
  );
  const amperes = (0.1 - 0.002) * 1.1 * 2;
  expect(currentAmperes).toBeCloseTo(amperes, 12);
  expect(chargeCoulombs).toBeCloseTo(10 * amperes, 9);
  expect(energyJoules).toBeCloseTo(50 * amperes, 9);
  expect(powerWatts).toBeCloseTo(5 * amperes, 12);

  // Another correction holds from then on: what was counted is not counted anew.
  stream.configure(5, { shuntMicroohms: 100_000, gain: 1, offsetMicroamperes: 0 });
  read(stream, firstGeneration(21));
  expect(read(stream, firstGeneration(22)).chargeCoulombs).toBeCloseTo(10 * amperes + 0.1, 9);
});

test('an offset above the current makes nothing flow back', () => {
  const stream = new ChannelStream(1);
  stream.configure(5, { shuntMicroohms: 100_000, gain: 1, offsetMicroamperes: 200_000 });
  const joules = [1, 2, 3].map((second) => read(stream, firstGeneration(second)).energyJoules);
  expect(joules).toEqual([0, 0, 0]);
});

test('a meter that calibrates itself is not corrected by the meters file', () => {
  const stream = new ChannelStream(1);
  stream.configure(undefined, { shuntMicroohms: 50_000, gain: 1, offsetMicroamperes: 0 });
  expect(stream.receive(encodeDatagram(measurement(10)), BOOT_US)).toEqual({
    problem:
      'the meters file corrects a meter that calibrates itself (shunt_uohm: 100000): take shunt_uohm, gain and offset_ua out of the file',
  });
  expect(stream.counts.invalid.get('contradiction')).toBe(1);

  stream.configure(undefined, { shuntMicroohms: 100_000, gain: 1, offsetMicroamperes: 0 });
  expect(read(stream, encodeDatagram(measurement(10))).energyJoules).toBe(0);
});
