import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { startExporter } from './exporter-process.js';
import { MadeUpSysfs } from './made-up-sysfs.js';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const LAPTOP = `meters:
  - name: laptop
    source: rapl
    interval_ms: 50
    channels: { 1: { node: laptop } }
  - name: jetson
    source: hwmon
    interval_ms: 50
    channels: { 1: { node: jetson-nano, rail: VDD_IN } }
`;

async function exporter(sysfs: MadeUpSysfs) {
  const running = await startExporter(LAPTOP, undefined, { args: ['--path.sysfs', sysfs.path] });
  if (!('url' in running)) throw new Error(running.stderr);
  cleanups.push(() => running.child.kill('SIGKILL'));
  return { ...running, page: async () => (await fetch(`${running.url}/metrics`)).text() };
}

const value = (page: string, series: string) =>
  Number(
    page
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  );

test('a laptop and a Jetson without any meter: joules of their own sensors', async () => {
  const sysfs = new MadeUpSysfs();
  sysfs.zone('intel-rapl:0', 'package-0');
  sysfs.rail(1, 'VDD_IN');
  sysfs.power(1, 5000, 500);
  const running = await exporter(sysfs);
  const rapl = '{meter="laptop",channel="1"}';
  const hwmon = '{meter="jetson",channel="1"}';
  await expect.poll(running.page).toContain(`power_meter_energy_joules_total${rapl} 0`);
  sysfs.energy('intel-rapl:0', 42_000_000);
  await expect.poll(running.page).toContain(`power_meter_energy_joules_total${rapl} 42`);

  const page = await running.page();
  expect(page).toContain(`power_meter_power_watts${hwmon} 2.5`);
  expect(page).toContain(`power_meter_voltage_volts${hwmon} 5`);
  expect(page).toContain(`power_meter_info{meter="laptop",host="localhost",protocol="rapl"} 1`);
  expect(value(page, `power_meter_charge_coulombs_total${hwmon}`)).toBeGreaterThan(0);
  // Nothing is said of what such a sensor does not know.
  expect(page).not.toContain(`power_meter_current_amperes${rapl}`);
  expect(page).not.toContain(`power_meter_charge_coulombs_total${rapl}`);
  expect(page).not.toMatch(/power_meter_(datagrams|clock_offset|boot)\w*\{meter="laptop"/);

  const samples = await (await fetch(`${running.url}/samples?format=csv`)).text();
  expect(samples).toMatch(/^laptop,1,laptop,\d+,42,/m);
});

test('a sensor that comes later is found, one that goes is down, and the counter stays', async () => {
  const sysfs = new MadeUpSysfs();
  const running = await exporter(sysfs);
  const up = 'power_meter_up{meter="laptop",channel="1"}';
  await expect.poll(running.stderr).toContain('there is no RAPL zone of a package');
  expect(value(await running.page(), up)).toBe(0);
  sysfs.zone('intel-rapl:0', 'package-0');
  await expect.poll(async () => value(await running.page(), up)).toBe(1);
  sysfs.energy('intel-rapl:0', 1_000_000);
  const joules = 'power_meter_energy_joules_total{meter="laptop",channel="1"}';
  await expect.poll(async () => value(await running.page(), joules)).toBe(1);

  // Another interval: another reader, the same counter.
  writeFileSync(running.file, LAPTOP.replace('interval_ms: 50', 'interval_ms: 40'));
  running.child.kill('SIGHUP');
  await expect.poll(running.stderr).toContain('Meters file read again');
  sysfs.energy('intel-rapl:0', 3_000_000);
  await expect.poll(async () => value(await running.page(), joules)).toBeGreaterThan(0.5);
  expect(value(await running.page(), joules)).toBeLessThanOrEqual(3);

  sysfs.write('class/powercap/intel-rapl:0/energy_uj', 'gone');
  await expect.poll(async () => value(await running.page(), up), { timeout: 5000 }).toBe(0);
  expect(value(await running.page(), joules)).toBeGreaterThan(0.5);
});
