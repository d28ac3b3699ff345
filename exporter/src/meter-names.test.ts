import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startExporter, type RunningExporter } from './exporter-process.js';
import { measurement, ScriptedMeter } from './scripted-meter.js';

/** With mounts of its own, where /etc/hosts is a file of ours: what getaddrinfo then finds is real. */
const UNSHARE = ['unshare', '--mount', '--map-root-user'];
const MOUNT = 'mount --bind "$HOSTS" /etc/hosts && exec "$@"';
const probe = spawnSync(UNSHARE[0]!, [...UNSHARE.slice(1), 'mount', '--bind', '/tmp', '/tmp']);
const skipped = probe.status === 0 ? '' : ' (skipped: no mounts of our own may be made here)';
const hasIPv6 = networkInterfaces()['lo']?.some(({ family }) => family === 'IPv6') ?? false;

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

async function meter(address: string, port = 0): Promise<ScriptedMeter> {
  const started = await ScriptedMeter.start(address, port);
  cleanups.push(() => started.close());
  return started;
}

/** An exporter of the meter `power-meter.test`, and what changes whom that name means. */
async function exporter(port: number, addresses: string[]) {
  const hosts = join(mkdtempSync(join(tmpdir(), 'names-')), 'hosts');
  const mean = (to: string[]) =>
    writeFileSync(hosts, to.map((each) => `${each} power-meter.test\n`).join(''));
  mean(addresses);
  const yaml = `meters: [{ name: lab, address: "power-meter.test:${port}", channels: { 1: { node: n } } }]`;
  const running = await startExporter(yaml, '127.0.0.1:0', {
    node: [...UNSHARE, 'sh', '-c', MOUNT, 'sh', process.execPath],
    env: { HOSTS: hosts },
  });
  if (!('url' in running)) throw new Error(running.stderr);
  cleanups.push(() => running.child.kill('SIGKILL'));
  return { running, mean };
}

const metric = async ({ url }: RunningExporter, name: string) =>
  new RegExp(`^${name}\\{[^}]*\\} (.*)$`, 'm').exec(
    await (await fetch(`${url}/metrics`)).text(),
  )?.[1];

const LIMIT = { timeout: 12_000 };

describe.skipIf(skipped !== '')(`the name of a meter${skipped}`, () => {
  test('every address that it means is asked in turn', async () => {
    const asleep = await meter('127.0.0.2');
    const awake = await meter('127.0.0.3', asleep.port);
    const { running } = await exporter(asleep.port, ['127.0.0.2', '127.0.0.3']);
    await asleep.request(1);
    await awake.request(1);
    awake.send(measurement(1));
    await expect.poll(() => metric(running, 'power_meter_up'), LIMIT).toBe('1');
    // What the other one sends late is from somewhere else now.
    asleep.send(measurement(2));
    await expect
      .poll(() => metric(running, 'power_meter_datagrams_invalid_total'), LIMIT)
      .toBe('1');
    expect(await metric(running, 'power_meter_datagrams_received_total')).toBe('1');
  }, 20_000);

  test('it is resolved anew when the meter is silent, and its energy goes on', async () => {
    const before = await meter('127.0.0.2');
    const after = await meter('127.0.0.4', before.port);
    const { running, mean } = await exporter(before.port, ['127.0.0.2']);
    const joules = () => metric(running, 'power_meter_energy_joules_total');
    await before.request(1);
    before.send(measurement(1));
    before.send(measurement(2));
    await expect.poll(joules, LIMIT).toBe('2.5');
    mean(['127.0.0.4']);
    await after.request(1);
    after.send(measurement(4));
    await expect.poll(joules, LIMIT).toBe('7.5');
    expect(await metric(running, 'power_meter_silences_total')).toBe('1');
    expect(before.requests).toHaveLength(1);
  }, 20_000);

  test.skipIf(!hasIPv6)(
    'it may mean an IPv6 address, and an IPv4 one too',
    async () => {
      const four = await meter('127.0.0.2');
      const six = await meter('::1', four.port);
      const { running } = await exporter(four.port, ['::1', '127.0.0.2']);
      const joules = () => metric(running, 'power_meter_energy_joules_total');
      await six.request(1);
      six.send(measurement(1));
      six.send(measurement(2));
      await expect.poll(joules, LIMIT).toBe('2.5');
      await four.request(1, 8000);
      four.send(measurement(3));
      await expect.poll(joules, LIMIT).toBe('5');
    },
    20_000,
  );
});
