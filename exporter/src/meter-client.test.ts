import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeDatagram } from '@power-harness/proto/codec';
import type { Reading } from './reading.js';
import { MeterClient } from './meter-client.js';
import { measurement, ScriptedMeter } from './scripted-meter.js';

let meter: ScriptedMeter;
let client: MeterClient;
let readings: Reading[];

beforeEach(async () => {
  meter = await ScriptedMeter.start();
  readings = [];
});

afterEach(() => {
  client.close();
  meter.close();
});

function connect(more: Partial<ConstructorParameters<typeof MeterClient>[0]> = {}) {
  client = new MeterClient({
    host: 'localhost',
    port: meter.port,
    channels: [1],
    intervalMs: 100,
    ...more,
  });
  client.on('reading', (reading) => readings.push(reading));
  return client;
}

async function heard(count: number, limitMs = 3000): Promise<void> {
  for (const end = performance.now() + limitMs; readings.length < count;) {
    if (performance.now() > end) throw new Error(`only ${readings.length} readings came`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('subscribing', () => {
  test('it asks for its interval with a lease, and echoes the challenge', async () => {
    connect();
    const first = await meter.request(1);
    expect(first).toMatchObject({
      channel: 1,
      subscription: { version: 1, leaseSeconds: 30, intervalMs: 100, token: 0, cancel: false },
    });
    meter.send({ challenge: 0xdeadbeef });
    expect((await meter.request(2)).subscription!.token).toBe(0xdeadbeef);
    meter.send(measurement(1));
    await heard(1);
    expect(readings[0]).toMatchObject({
      channel: 1,
      energyJoules: 0,
      powerWatts: 2.5,
      voltageVolts: 5,
      currentAmperes: 0.5,
      firstGeneration: false,
    });
  });

  test('a meter that challenges for ever is not answered for ever', async () => {
    connect();
    await meter.request(1);
    for (let n = 1; n <= 20; n++) {
      meter.send({ challenge: n });
      await pause(5);
    }
    await pause(100);
    expect(meter.requests.length).toBeLessThan(6);
  });

  test('silence makes it ask again, and it hears the meter afterwards', async () => {
    connect();
    await meter.request(1);
    await meter.request(2, 4000);
    meter.send(measurement(1));
    await heard(1);
    expect(client.channel(1)!.fresh).toBe(true);
  });

  test('a first-generation meter is not asked twice while it streams', async () => {
    connect({ supplyVolts: 5 });
    await meter.request(1);
    for (let second = 1; second <= 4; second++) {
      meter.send({
        timestampUs: second * 1e6,
        chargeMilliampereSeconds: second * 500,
        currentMilliamperes: 500,
      });
      await pause(700);
    }
    expect(meter.requests).toHaveLength(1);
    expect(readings.map(({ energyJoules }) => energyJoules)).toEqual([0, 2.5, 5, 7.5]);
    expect(readings[0]).toMatchObject({ powerWatts: 2.5, firstGeneration: true });
  });

  test('nor is a meter of which nothing that streams is valid', async () => {
    connect();
    await meter.request(1);
    for (let second = 1; second <= 4; second++) {
      meter.send({ chargeMilliampereSeconds: second * 500, currentMilliamperes: 500 });
      await pause(700);
    }
    expect(meter.requests).toHaveLength(1);
    expect(readings).toEqual([]);
  });

  test('a first-generation meter is asked again after three silent intervals, and not before', async () => {
    connect({ supplyVolts: 5 });
    await meter.request(1);
    const old = (second: number) =>
      meter.send({
        timestampUs: second * 1e6,
        chargeMilliampereSeconds: second * 500,
        currentMilliamperes: 500,
      });
    old(1);
    await heard(1);
    const heardMs = performance.now();
    const { atMs } = await meter.request(2, 6000);
    expect(atMs - heardMs).toBeGreaterThan(2900);
    expect(atMs - heardMs).toBeLessThan(4500);
    expect(client.channel(1)!.silences).toBe(1);
    old(6);
    await heard(2);
    expect(readings[1]!.energyJoules).toBe(12.5);
  });

  test('without a supply voltage a first-generation meter has charge and no joules', async () => {
    connect();
    await meter.request(1);
    meter.send({ timestampUs: 1e6, chargeMilliampereSeconds: 500, currentMilliamperes: 500 });
    meter.send({ timestampUs: 2e6, chargeMilliampereSeconds: 1000, currentMilliamperes: 500 });
    await heard(2);
    expect(readings[1]).toMatchObject({
      energyJoules: undefined,
      powerWatts: undefined,
      chargeCoulombs: 0.5,
    });
  });

  test('closing says goodbye at once', async () => {
    connect();
    await meter.request(1);
    meter.send(measurement(1));
    await heard(1);
    client.close();
    expect((await meter.request(2)).subscription!.cancel).toBe(true);
  });

  test('a name that is none is a problem, not a crash', async () => {
    const problem = new Promise<string>((resolve) =>
      connect({ host: 'no.such.host.invalid' }).on('problem', resolve),
    );
    expect(await problem).toContain("can't be resolved");
  });
});

describe('what may happen to datagrams', () => {
  const counts = () => client.channel(1)!.stream;

  async function streamed(...datagrams: Parameters<ScriptedMeter['send']>[0][]) {
    connect();
    await meter.request(1);
    for (const datagram of datagrams) {
      meter.send(datagram);
      await pause(3);
    }
    await pause(60);
    return readings.map(({ energyJoules }) => energyJoules);
  }

  test('loss is counted and loses no energy', async () => {
    expect(await streamed(measurement(1), measurement(1.1), measurement(1.5))).toEqual([
      0, 0.25, 1.25,
    ]);
    expect(counts().lost).toBe(3);
  });

  test('duplicates and late ones change nothing', async () => {
    const joules = await streamed(
      measurement(1),
      measurement(1.2),
      measurement(1.2),
      measurement(1.1),
      measurement(1.3),
    );
    expect(joules).toEqual([0, 0.5, 0.75]);
    expect(counts().lost).toBe(1); // the late one, which a counter can't take back
    expect([counts().duplicates, counts().late]).toEqual([1, 1]);
  });

  test('a reboot adds what the meter has counted since', async () => {
    const joules = await streamed(
      measurement(100),
      measurement(101),
      measurement(0.4, { bootId: 8 }),
      measurement(1, { bootId: 8 }),
    );
    // The first datagram of another boot might be anyone's: the second one brings what both have counted.
    expect(joules).toEqual([0, 2.5, 5]);
    expect(counts().counts.resets).toBe(1);
  });

  test('a single datagram of another boot is no reboot, and no energy', async () => {
    const joules = await streamed(
      measurement(100),
      measurement(101),
      measurement(3, { bootId: 8 }),
      measurement(102),
      measurement(4, { bootId: 9 }),
      measurement(103),
      measurement(5, { bootId: 8 }),
      measurement(104),
    );
    expect(joules).toEqual([0, 2.5, 5, 7.5, 10]);
    expect(counts().counts.resets).toBe(0);
    expect(counts().late).toBe(3);
  });

  test('a first-generation reboot takes a second datagram to believe, a late one none', async () => {
    const old = (second: number) => ({
      timestampUs: second * 1e6,
      chargeMilliampereSeconds: second * 500,
      currentMilliamperes: 500,
    });
    connect({ supplyVolts: 5 });
    await meter.request(1);
    for (const datagram of [old(100), old(101), old(99), old(102), old(1), old(2)]) {
      meter.send(datagram);
      await pause(5);
    }
    await heard(4);
    expect(readings.map(({ energyJoules }) => energyJoules)).toEqual([0, 2.5, 5, 10]);
    expect(counts().counts.resets).toBe(1);
  });

  test('garbage and what can not be true is refused, counted by reason, and the stream goes on', async () => {
    connect();
    await meter.request(1);
    meter.send(measurement(1));
    meter.sendBytes(Buffer.from('ffffffffffffffffffff', 'hex'));
    meter.sendBytes(Buffer.alloc(0));
    meter.send(measurement(2, { chargeMilliampereSeconds: NaN }));
    meter.send(measurement(2, { chargeMilliampereSeconds: -1 }));
    meter.send(measurement(2, { energyMicrojoules: 9e15 }));
    meter.send(measurement(2, { channel: 3 }));
    meter.send(measurement(1.1));
    await heard(2);
    expect(readings.map(({ energyJoules }) => energyJoules)).toEqual([0, 0.25]);
    expect(Object.fromEntries(counts().counts.invalid)).toEqual({
      malformed: 1,
      no_timestamp: 1,
      not_finite: 1,
      negative: 1,
      step: 1,
      channel: 1,
    });
  });

  test.each([
    ['another port', '127.0.0.1', 0],
    ['another address', '127.0.0.2', 'the same'],
  ] as const)('datagrams from %s are not listened to', async (_, address, port) => {
    connect();
    await meter.request(1);
    meter.send(measurement(1));
    await heard(1);
    const stranger = createSocket('udp4');
    stranger.bind(port === 0 ? 0 : meter.port, address);
    await once(stranger, 'listening');
    stranger.send(encodeDatagram(measurement(1.1)), meter.client.port, '127.0.0.1');
    await pause(100);
    stranger.close();
    expect(readings).toHaveLength(1);
    expect(client.channel(1)!.foreign).toBe(1);
    meter.send(measurement(1.2));
    await heard(2);
    expect(readings[1]!.energyJoules).toBe(0.5);
  });
});
