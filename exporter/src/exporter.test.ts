import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ConfigError } from './config-error.js';
import { metersYaml, startExporter, type RunningExporter } from './exporter-process.js';
import { parseMetersFile } from './meters-file.js';
import { measurement, ScriptedMeter } from './scripted-meter.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function running(yaml: string): Promise<RunningExporter> {
  const exporter = await startExporter(yaml);
  if (!('url' in exporter)) throw new Error(exporter.stderr);
  cleanups.push(() => exporter.child.kill('SIGKILL'));
  return exporter;
}

async function served(): Promise<{ exporter: RunningExporter; meter: ScriptedMeter }> {
  const meter = await ScriptedMeter.start();
  cleanups.push(() => meter.close());
  const exporter = await running(metersYaml(meter.port));
  await meter.request(1);
  const pause = (milliseconds: number) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds));
  meter.send(measurement(10));
  await pause(100);
  meter.send(measurement(10.1, { flags: 2, gapUs: 5000, missedCycles: 3 }));
  await pause(200);
  meter.send(measurement(10.3, { gapUs: 5000, missedCycles: 3 }));
  meter.sendBytes(Buffer.from('ff', 'hex'));
  const end = Date.now() + 3000;
  while (
    Date.now() < end &&
    !(await text(`${exporter.url}/metrics`)).includes('reason="malformed"')
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { exporter, meter };
}

const text = async (url: string) => (await fetch(url)).text();

/** What differs from run to run. */
function steady(page: string): string {
  return page
    .replaceAll(/(_timestamp_seconds\{[^}]*\}|_offset_seconds\{[^}]*\}) .*/g, '$1 TIME')
    .replaceAll(/^(\w+_timestamp_seconds) .*/gm, '$1 TIME')
    .replaceAll(/nodejs="[^"]*"/g, 'nodejs="VERSION"');
}

test('the metrics page', async () => {
  const { exporter } = await served();
  const response = await fetch(`${exporter.url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  await expect(steady(await response.text())).toMatchFileSnapshot('__golden__/metrics.txt');
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
test.skipIf(!promtool)(
  `promtool finds nothing wrong with it${promtool ? '' : ' (skipped: no promtool)'}`,
  async () => {
    const { exporter } = await served();
    const page = await text(`${exporter.url}/metrics`);
    // The first generation's two names are as they were.
    const own = page.replaceAll(/^(# \w+ )?powerexporter_.*\n/gm, '');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: own });
    expect(`${stdout.toString()}${stderr.toString()}`).toBe('');
    expect(status).toBe(0);
  },
);

test('a silent meter is down, its counters stay, and nothing old is served as the present', async () => {
  const { exporter } = await served();
  await new Promise((resolve) => setTimeout(resolve, 1700));
  const page = await text(`${exporter.url}/metrics`);
  expect(page).toContain('power_meter_up{meter="lab",channel="1"} 0');
  expect(page).toContain('power_meter_energy_joules_total{meter="lab",channel="1"} 0.75');
  expect(page).not.toContain('power_meter_power_watts{');
  expect(page).not.toMatch(/^powerexporter_current_ampere /m);
});

test('/samples gives every sample with its time, as NDJSON and CSV, and by range', async () => {
  const { exporter } = await served();
  const before = Date.now() * 1000;
  const response = await fetch(`${exporter.url}/samples`);
  const exporterTimeUs = Number(response.headers.get('x-exporter-time-us'));
  expect(Math.abs(exporterTimeUs - before)).toBeLessThan(1e6);
  const samples = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { time_us: number; energy_joules: number });
  expect(samples.map(({ energy_joules }) => energy_joules)).toEqual([0, 0.25, 0.75]);
  expect(samples[1]).toMatchObject({
    meter: 'lab',
    channel: 1,
    node: 'jetson-nano',
    flags: 2,
    gap_us: 5000,
    missed_cycles: 3,
    overrange_samples: 0,
    shunt_uohm: 100_000,
    offset_lsb256: 0,
  });
  const [t0, t1, t2] = samples.map(({ time_us }) => time_us);
  expect([t1! - t0!, t2! - t1!].map((us) => Math.round(us / 1e5))).toEqual([1, 2]);
  const csv = await text(`${exporter.url}/samples?format=csv&from=${t1}&to=${t1}`);
  expect(csv).toBe(
    `meter,channel,node,time_us,energy_joules,flags,gap_us,missed_cycles,overrange_samples,shunt_uohm,offset_lsb256\nlab,1,jetson-nano,${t1},0.25,2,5000,3,0,100000,0\n`,
  );
});

test.each([
  ['/samples?from=soon', 400, 'from must be Unix microseconds'],
  ['/samples?format=xml', 400, 'format must be ndjson or csv'],
  ['/samples?form=1', 400, "no parameter 'form'"],
  ['/nowhere', 404, 'nothing here'],
  ['//', 400, 'can not be read'],
])('%s is answered %i', async (path, status, message) => {
  const exporter = await running(metersYaml(9));
  const response = await fetch(exporter.url + path);
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(message);
});

test('alive at once, ready when every channel has sent', async () => {
  const exporter = await running(metersYaml(9));
  expect((await fetch(`${exporter.url}/healthz`)).status).toBe(200);
  const response = await fetch(`${exporter.url}/-/ready`);
  expect([response.status, await response.text()]).toEqual([
    503,
    'nothing yet from lab channel 1\n',
  ]);
  expect(await text(exporter.url)).toContain('<a href="/metrics">');
  expect((await fetch(exporter.url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${(await served()).exporter.url}/-/ready`)).status).toBe(200);
});

test('SIGTERM ends it with 0, SIGINT too', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const exporter = await running(metersYaml(9));
    exporter.child.kill(signal);
    expect((await exporter.ended).code).toBe(0);
  }
});

test('a port that is taken is said to be so', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  cleanups.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const ended = await startExporter(metersYaml(9), `127.0.0.1:${port}`);
  expect(ended).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`can't listen on 127.0.0.1:${port}`) as string,
  });
});

test.each([
  ['meters: [', 1, 'Flow sequence'],
  ['meters: []', 1, 'must NOT have fewer than 1 items'],
  ['meters:\n  - name: a\n    channels: { 1: { node: n } }', 2, "required property 'address'"],
  [
    'meters:\n  - name: a\n    address: a b\n    channels: { 1: { node: n } }',
    3,
    "'a b' is no HOST:PORT",
  ],
  [
    'meters:\n  - name: a\n    address: h:0\n    channels: { 1: { node: n } }',
    3,
    "'h:0' is no HOST:PORT",
  ],
  [
    'meters:\n  - name: a\n    address: h\n    interval_ms: 5\n    channels: { 1: { node: n } }',
    4,
    'meters.0.interval_ms must be >= 20',
  ],
  [
    'meters:\n  - name: a\n    address: h\n    channels:\n      7: { node: n }',
    5,
    'meters.0.channels.7 is no channel',
  ],
  [
    'meters:\n  - name: a\n    address: h\n    volts: 5\n    channels: { 1: { node: n } }',
    4,
    'meters.0.volts is no known field',
  ],
])('a meters file that is wrong: %s', (yaml, line, message) => {
  expect(() => parseMetersFile(yaml, 'meters.yaml')).toThrow(ConfigError);
  expect(() => parseMetersFile(yaml, 'meters.yaml')).toThrow(`meters.yaml:${line}: `);
  expect(() => parseMetersFile(yaml, 'meters.yaml')).toThrow(message);
});

const TWIN = join(import.meta.dirname, '../../firmware/build/host/power-meter-twin');
test.skipIf(!existsSync(TWIN))(
  'a twin that loses a tenth: the energy of /samples is that of its truth',
  async () => {
    const truthFile = join(mkdtempSync(join(tmpdir(), 'twin-')), 'truth.csv');
    const args = [
      '--port',
      '0',
      '--model',
      'constant:2.5',
      '--truth',
      truthFile,
      '--loss',
      '0.1',
      '--clock-ppm',
      '50',
    ];
    const twin = spawn(TWIN, args);
    cleanups.push(() => twin.kill('SIGKILL'));
    const { port } = await new Promise<{ port: number }>((resolve) => {
      twin.stdout.once('data', (data: Buffer) =>
        resolve(JSON.parse(data.toString()) as { port: number }),
      );
    });
    const exporter = await running(metersYaml(port));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const samples = (await text(`${exporter.url}/samples`))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { time_us: number; energy_joules: number });
    const [first, last] = [samples[0]!, samples.at(-1)!];
    const watts =
      ((last.energy_joules - first.energy_joules) / (last.time_us - first.time_us)) * 1e6;
    expect(last.time_us - first.time_us).toBeGreaterThan(3e6);
    expect(Math.abs(watts / 2.5 - 1)).toBeLessThan(0.005);
    expect(await text(`${exporter.url}/metrics`)).toMatch(
      /power_meter_datagrams_lost_total\{[^}]*\} [1-9]/,
    );
    expect(readFileSync(truthFile, 'utf8')).toContain(',constant,');
  },
);
