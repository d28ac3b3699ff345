import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { createExporterServer } from './http-server.js';
import type { MeterClient } from './meter-client.js';
import { MeteredChannels } from './metered-channels.js';
import { parseMetersFile } from './meters-file.js';
import type { MeterReading } from './reading.js';

const CHANNELS = [1, 2, 3, 4, 5, 6];
const FILE = `meters:
  - name: lab
    address: 127.0.0.1:9
    channels: { ${CHANNELS.map((channel) => `${channel}: { node: n${channel} }`).join(', ')} }
`;
const KEPT_SAMPLES = 9000;
const FROM_US = 1.8e15;

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

/** Six channels that have sent ten times a second for `seconds`. */
function metered(seconds: number): MeteredChannels {
  const channels = new MeteredChannels('/sys');
  channels.apply(parseMetersFile(FILE, 'meters.yaml'));
  cleanups.push(() => channels.close());
  for (const { channel, running } of channels.all) {
    for (let n = 0; n < seconds * 10; n++) {
      const reading: Partial<MeterReading> = {
        channel,
        timeUs: FROM_US + n * 1e5,
        energyJoules: n / 4,
      };
      (running as MeterClient).emit('reading', reading as MeterReading);
    }
  }
  return channels;
}

async function serve(channels: MeteredChannels, maxRequests: number, idleMs?: number) {
  const state = {
    channels: channels.all,
    registry: new Registry(),
    web: { users: new Map<string, string>() },
  };
  const server = createExporterServer(state, maxRequests, idleMs).listen(0, '127.0.0.1');
  cleanups.push(() => server.close() && server.closeAllConnections());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Asks and takes nothing of the answer. */
async function stuck(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause().write('GET /samples HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'readable');
  return socket;
}

const status = async (port: number) =>
  (await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: 'close' } })).status;

test('more requests at once than allowed are refused, until one has ended', async () => {
  const port = await serve(metered(600), 2);
  const readers = [await stuck(port), await stuck(port)];
  expect(await status(port)).toBe(503);
  readers[0]!.destroy();
  await expect.poll(() => status(port)).toBe(200);
});

test('a reader that takes nothing is hung up on', async () => {
  const port = await serve(metered(600), 1, 300);
  await stuck(port);
  expect(await status(port)).toBe(503);
  await expect.poll(() => status(port), { timeout: 5000 }).toBe(200);
});

test('a quarter of an hour of six channels at 10 Hz is kept, in memory that has a bound', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const channels = metered(1200);
  const kept = process.memoryUsage().arrayBuffers - before;
  expect(kept).toBeLessThan(1.1 * CHANNELS.length * KEPT_SAMPLES * 64);
  const port = await serve(channels, 1);
  for (const format of ['ndjson', 'csv']) {
    const query = `format=${format}&from=${FROM_US + 600e6}`; // the last ten minutes
    const text = await (await fetch(`http://127.0.0.1:${port}/samples?${query}`)).text();
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(CHANNELS.length * 6000 + (format === 'csv' ? 1 : 0));
  }
  expect(channels.all.map(({ samples }) => samples.length)).toEqual(
    CHANNELS.map(() => KEPT_SAMPLES),
  );
});
