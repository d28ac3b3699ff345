import { spawn } from 'node:child_process';
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
const WATTS = 2.5;
/** A reboot takes 0.3 s, and what had not been sent before it is gone: some intervals of 0.1 s where datagrams are lost. */
const LOST_PER_REBOOT_SECONDS = { least: 0.3, most: 1.5 };
const FAULTS = [
  'reboot@12',
  'loss=0.2@2+40',
  'duplicate=0.2@4+30',
  'reorder=0.2@6+30',
  'silence@20+6',
];
const MORE_FAULTS = ['reboot@30', 'delay=80ms@40+5', 'nack@48+2', 'reboot@21'];

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

describe.skipIf(!existsSync(TWIN))('a minute of faults', () => {
  test('the energy exported is the truth, less what the meter could not see', async () => {
    const truthFile = join(mkdtempSync(join(tmpdir(), 'soak-')), 'truth.csv');
    const faults = [...FAULTS, ...MORE_FAULTS].flatMap((fault) => ['--fault', fault]);
    const model = ['--model', `constant:${WATTS}`, '--truth', truthFile];
    const twin = spawn(TWIN, ['--port', '0', ...model, ...faults]);
    cleanups.push(() => twin.kill('SIGKILL'));
    const port = await new Promise<number>((resolve) => {
      twin.stdout.once('data', (data: Buffer) =>
        resolve((JSON.parse(data.toString()) as { port: number }).port),
      );
    });
    const exporter = await startExporter(metersYaml(port));
    if (!('url' in exporter)) throw new Error(exporter.stderr);
    cleanups.push(() => exporter.child.kill('SIGKILL'));
    await new Promise((resolve) => setTimeout(resolve, 60_000));

    const samples = (await (await fetch(`${exporter.url}/samples`)).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<'time_us' | 'energy_joules' | 'gap_us', number>);
    const [first, last] = [samples[0]!, samples.at(-1)!];
    const truth = readFileSync(truthFile, 'utf8')
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split(','));
    const truthAt = (timeUs: number) =>
      Number(truth.find((row) => Number(row[0]) >= timeUs)?.[3] ?? truth.at(-1)![3]);
    const trueJoules = truthAt(last.time_us) - truthAt(first.time_us);
    const seenJoules = trueJoules - (WATTS * (last.gap_us - first.gap_us)) / 1e6;
    const joules = last.energy_joules - first.energy_joules;
    const reboots = 3;
    const slack = 0.002 * trueJoules + 0.1 * WATTS;
    expect(last.gap_us - first.gap_us).toBeGreaterThan(1.9e6);
    expect(joules).toBeLessThan(
      seenJoules - reboots * LOST_PER_REBOOT_SECONDS.least * WATTS + slack,
    );
    expect(joules).toBeGreaterThan(
      seenJoules - reboots * LOST_PER_REBOOT_SECONDS.most * WATTS - slack,
    );
    expect(
      samples.every((each, n) => n === 0 || each.energy_joules >= samples[n - 1]!.energy_joules),
    ).toBe(true);
    const page = await (await fetch(`${exporter.url}/metrics`)).text();
    expect(page).toMatch(/power_meter_resets_total\{[^}]*\} 3\n/);
    expect(page).toMatch(/power_meter_datagrams_lost_total\{[^}]*\} [1-9]/);
  }, 90_000);
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
