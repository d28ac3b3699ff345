import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeDatagram } from '@power-harness/proto/codec';
import { ChannelStream } from './channel-stream.js';
import { metersYaml, startExporter } from './exporter-process.js';
import { SampleRing } from './sample-ring.js';
import { measurement } from './scripted-meter.js';

const TWIN = join(import.meta.dirname, '../../firmware/build/host/power-meter-twin');
const ACCELERATED_CLOCK = new URL('../dist/accelerated-clock.js', import.meta.url).href;
/** Twin and exporter alike: half an hour passes in a minute. */
const SPEED = 30;
const SECONDS = 1800;
const WATTS = 2.5;
const BOOT_SECONDS = 0.3;
/** Of the sensor as it is simulated: noise, and conversions that a reading cuts short. */
const SENSOR_ERROR = 0.0005;

/** Every six minutes the same; seconds from the start. */
const CYCLES = [0, 360, 720, 1080, 1440];
const REBOOTS = CYCLES.flatMap((at) => [at + 120, at + 235, at + 300, at + 325]);
const SILENCES = CYCLES.map((at) => at + 230);
const FAULTS = [
  ...REBOOTS.map((at) => `reboot@${at}`),
  ...SILENCES.map((at) => `silence@${at}+12`),
  ...CYCLES.flatMap((at) => [
    `loss=0.2@${at + 20}+200`,
    `duplicate=0.1@${at + 30}+150`,
    `reorder=0.1@${at + 60}+150`,
    `delay=80ms@${at + 260}+20`,
    `nack@${at + 350}+3`,
    `stuck-bus@${at + 356}+1`,
  ]),
];

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

/** Numbers of the truth file's rows: Unix µs, channel, source, joules. */
const truthRows = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((row) => row.split(',').map(Number));

/** Joules up to a time, straight lines between rows. */
function truthAt(rows: number[][], timeUs: number): number {
  const next = rows.findIndex((row) => row[0]! >= timeUs);
  if (next <= 0) return rows.at(next)![3]!;
  const [[fromUs, , , from], [toUs, , , to]] = [rows[next - 1]!, rows[next]!] as [
    number[],
    number[],
  ];
  return from! + ((to! - from!) * (timeUs - fromUs!)) / (toUs! - fromUs!);
}

type Sample = Record<'time_us' | 'energy_joules' | 'gap_us', number>;

describe.skipIf(!existsSync(TWIN))('half an hour of faults', () => {
  test('the energy exported is the truth, less what the meter could not see or tell', async () => {
    const truthFile = join(mkdtempSync(join(tmpdir(), 'soak-')), 'truth.csv');
    const model = ['--model', `constant:${WATTS}`, '--truth', truthFile];
    const time = ['--speed', String(SPEED), '--exit-after', String(SECONDS)];
    const twin = spawn(TWIN, ['--port', '0', ...model, ...time, '--fault', FAULTS.join(',')]);
    const ended = once(twin, 'exit');
    cleanups.push(() => twin.kill('SIGKILL'));
    const [ready] = (await once(twin.stdout, 'data')) as [Buffer];
    const { port } = JSON.parse(ready.toString()) as { port: number };
    const startUs = truthRows(truthFile)[0]![0]!;
    const exporter = await startExporter(metersYaml(port), '127.0.0.1:0', {
      node: [process.execPath, '--import', ACCELERATED_CLOCK],
      env: { CLOCK_SPEED: String(SPEED), CLOCK_START_US: String(startUs) },
    });
    if (!('url' in exporter)) throw new Error(exporter.stderr);
    cleanups.push(() => exporter.child.kill('SIGKILL'));

    const samples: Sample[] = [];
    const collect = async () => {
      const from = (samples.at(-1)?.time_us ?? 0) + 1;
      const text = await (await fetch(`${exporter.url}/samples?from=${from}`)).text();
      const lines = text.split('\n').slice(0, -1);
      samples.push(...lines.map((line) => JSON.parse(line) as Sample));
    };
    const timer = setInterval(() => void collect(), 10_000);
    cleanups.push(() => clearInterval(timer));
    await ended;
    clearInterval(timer);
    await collect();
    const page = await (await fetch(`${exporter.url}/metrics`)).text();
    const value = (name: string) =>
      Number(new RegExp(`^power_meter_${name}\\{[^}]*\\} (.*)$`, 'm').exec(page)![1]);

    const rows = truthRows(truthFile);
    const [first, last] = [samples[0]!, samples.at(-1)!];
    const between = (fromUs: number, toUs: number) => truthAt(rows, toUs) - truthAt(rows, fromUs);
    const gapJoules = (WATTS * (last.gap_us - first.gap_us)) / 1e6;
    // What was counted since the last datagram before a reboot, and while the meter boots, nobody can know.
    const untold = REBOOTS.map((second) => {
      const bootedUs = startUs + (second + BOOT_SECONDS) * 1e6;
      return between(samples.findLast(({ time_us }) => time_us < bootedUs)!.time_us, bootedUs);
    });
    const trueJoules = between(first.time_us, last.time_us);
    const expected = trueJoules - gapJoules - untold.reduce((sum, joules) => sum + joules, 0);
    const joules = last.energy_joules - first.energy_joules;
    expect((last.time_us - first.time_us) / 1e6).toBeGreaterThan(SECONDS - 30);
    expect(Math.abs(joules / expected - 1)).toBeLessThan(SENSOR_ERROR);
    for (const [n, each] of samples.slice(1).entries()) {
      expect(each.time_us).toBeGreaterThan(samples[n]!.time_us);
      expect(each.energy_joules).toBeGreaterThanOrEqual(samples[n]!.energy_joules);
    }
    expect(last.gap_us).toBeGreaterThan(CYCLES.length * 3.8e6);
    expect(value('resets_total')).toBe(REBOOTS.length);
    // One reboot of each cycle falls into its silence.
    expect(value('silences_total')).toBeGreaterThanOrEqual(REBOOTS.length - CYCLES.length);
    const sent = (SECONDS * 1000) / 100;
    expect(value('datagrams_lost_total')).toBeGreaterThan(0.04 * sent);
    expect(value('datagrams_duplicate_total')).toBeGreaterThan(0.02 * sent);
    expect(value('datagrams_late_total')).toBeGreaterThan(0.01 * sent);
  }, 120_000);
});

/** Heap in use when all that can be collected was. */
function heapBytes(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const MILLION = 1_000_000;

test('a million datagrams leave the heap as it was', () => {
  const stream = new ChannelStream(1);
  const ring = new SampleRing(9000);
  const feed = (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      const received = stream.receive(encodeDatagram(measurement(n / 10)), 1.8e15 + n * 1e5);
      if (received && 'reading' in received) ring.add({ ...received.reading, energyJoules: 0 });
    }
  };
  feed(1, MILLION / 10);
  const before = heapBytes();
  feed(MILLION / 10, MILLION);
  expect(stream.counts.received).toBe(MILLION - 1);
  expect(heapBytes() - before).toBeLessThan(2e6);
}, 120_000);

test('a million random and mutated datagrams neither crash it, nor leak, nor make energy', () => {
  const stream = new ChannelStream(1);
  let state = 1;
  const random = (below: number) =>
    ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8) % below;
  let [joules, second] = [0, 1];
  const feed = (count: number) => {
    for (let n = 0; n < count; n++) {
      let bytes: Uint8Array;
      if (n % 4 === 0) bytes = encodeDatagram(measurement((second += 0.1)));
      else if (n % 4 === 1) bytes = Uint8Array.from({ length: random(64) }, () => random(256));
      else {
        bytes = encodeDatagram(measurement(second));
        for (let flips = 1 + random(4); flips > 0; flips--)
          bytes[random(bytes.length)]! ^= 1 << random(8);
        if (n % 4 === 3) bytes = bytes.subarray(0, random(bytes.length));
      }
      const received = stream.receive(bytes, 1.8e15 + second * 1e6);
      if (!received || !('reading' in received)) continue;
      const now = received.reading.energyJoules ?? joules;
      if (!(now >= joules)) throw new Error(`energy went from ${joules} to ${now}`);
      joules = now;
    }
  };
  feed(MILLION / 10);
  const before = heapBytes();
  feed((MILLION * 9) / 10);
  expect(heapBytes() - before).toBeLessThan(2e6);
  const { invalid, received } = stream.counts;
  expect(received).toBe(MILLION);
  expect([...invalid.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(MILLION / 4);
}, 120_000);
