import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { calibrateMeter, resetCalibration } from './calibrate-meter.js';
import { startTwin, type Twin } from './twin-process.js';

const { signal } = new AbortController();
const SUPPLY_VOLTS = 5;
const SHUNT_OHMS = 0.1;
/** When the twin's load goes from the first to the second. */
const SWITCH_SECONDS = 4.5;
const WATTS = [0.5, 4] as const;

/** The current at which these watts arrive behind the shunt. */
function amperes(watts: number): number {
  const root = Math.sqrt(SUPPLY_VOLTS ** 2 - 4 * watts * SHUNT_OHMS);
  return (SUPPLY_VOLTS - root) / (2 * SHUNT_OHMS);
}

let twin: Twin;
let startedMs: number;

afterEach(() => twin.process.stop());

/** A meter that reads 5 % and 60 µV too much. */
async function start(directory: string, ...options: string[]): Promise<string> {
  const trace = join(directory, 'trace.csv');
  writeFileSync(trace, `time_s,power_watts\n0,${WATTS[0]}\n${SWITCH_SECONDS},${WATTS[1]}\n`);
  startedMs = performance.now();
  twin = await startTwin({
    models: { 1: `trace:${trace}` },
    seed: 1,
    directory,
    options: [
      '--gain-error=0.05',
      '--offset-uv=60',
      `--supply-volts=${SUPPLY_VOLTS}`,
      '--supply-ohm=0',
      `--shunt-mohm=${SHUNT_OHMS * 1000}`,
      `--state=${join(directory, 'state')}`,
      ...options,
    ],
    signal,
  });
  return `127.0.0.1:${twin.port}`;
}

const scratch = () => mkdtempSync(join(tmpdir(), 'calibrate-'));
const secondLoad = () =>
  wait(Math.max(0, SWITCH_SECONDS * 1000 + 200 - (performance.now() - startedMs)));

test('two known loads set a meter right, for good', async () => {
  const directory = scratch();
  const address = await start(directory);
  let asked = 0;
  const report = await calibrateMeter({
    address,
    channel: 1,
    knownAmperes: [amperes(WATTS[0]), amperes(WATTS[1])],
    seconds: 2,
    confirm: () => (asked++ === 0 ? Promise.resolve() : secondLoad()),
    interrupt: signal,
  });
  expect(report.loads[1]!.measuredAmperes).toBeGreaterThan(1.04 * amperes(WATTS[1]));
  expect(report.before).toEqual({ shuntMicroohms: 100_000, offsetLsb256: 0 });
  expect(Math.abs(report.after.shuntMicroohms / 105_000 - 1)).toBeLessThan(0.001);
  expect(Math.abs((report.after.offsetLsb256 / 256) * 40 - 60)).toBeLessThan(8);
  expect(Math.abs(report.verifiedAmperes / amperes(WATTS[1]) - 1)).toBeLessThan(0.001);

  await twin.process.stop();
  const restarted = await start(directory, '--calibration-seconds=0');
  await expect(
    resetCalibration({ address: restarted, channel: 1, interrupt: signal }),
  ).rejects.toMatchObject({ code: 'CALIBRATION_CLOSED', exitCode: 7 });

  await twin.process.stop();
  expect(
    await resetCalibration({ address: await start(directory), channel: 1, interrupt: signal }),
  ).toEqual({ shuntMicroohms: 100_000, offsetLsb256: 0 });
}, 30_000);

test('loads that are not what was said change nothing', async () => {
  const address = await start(scratch());
  const calibrate = (knownAmperes: [number, number]) =>
    calibrateMeter({
      address,
      channel: 1,
      knownAmperes,
      seconds: 0.5,
      confirm: () => Promise.resolve(),
      interrupt: signal,
    });
  await expect(calibrate([0.1, 1])).rejects.toMatchObject({
    code: 'LOADS_IMPLAUSIBLE',
    exitCode: 2,
  });
}, 15_000);

test('a meter of the first generation knows no calibration', async () => {
  const address = await start(scratch(), '--first-generation');
  await expect(resetCalibration({ address, channel: 1, interrupt: signal })).rejects.toMatchObject({
    code: 'CALIBRATION_UNKNOWN',
  });
}, 15_000);
