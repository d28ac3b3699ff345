import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { HwmonSensor } from './hwmon-sensor.js';
import { noTotals, type LocalSensor, type SensorTotals } from './local-sensor.js';
import { MadeUpSysfs } from './made-up-sysfs.js';
import { isPackageOrMemory, RaplSensor, raplZones } from './rapl-sensor.js';

const SECOND_US = 1_000_000;
const NOBODY = 65_534;

let sysfs: MadeUpSysfs;
let totals: SensorTotals;
let nowUs: number;
beforeEach(() => {
  sysfs = new MadeUpSysfs();
  totals = noTotals();
  nowUs = 5 * SECOND_US;
});

function after(seconds: number, sensor: LocalSensor) {
  nowUs += seconds * SECOND_US;
  return sensor.read(totals, nowUs);
}

/** Two sockets with parts and memory, the platform, and the same registers once more. */
function server(): void {
  sysfs.zone('intel-rapl:0', 'package-0');
  sysfs.zone('intel-rapl:0:0', 'core');
  sysfs.zone('intel-rapl:0:1', 'dram');
  sysfs.zone('intel-rapl:1', 'package-1', 65_532_610_987);
  sysfs.zone('intel-rapl:1:0', 'dram');
  sysfs.zone('intel-rapl:2', 'psys');
  sysfs.write('class/powercap/intel-rapl/enabled', 1);
  sysfs.write('class/powercap/intel-rapl-mmio:0/name', 'package-0');
}

test('RAPL: packages and their memory are added up; what is a part of them, or contains them, is not', () => {
  server();
  expect(
    raplZones(sysfs.path)
      .filter(isPackageOrMemory)
      .map(({ name }) => name),
  ).toEqual(['package-0', 'dram', 'package-1', 'dram']);
  const sensor = new RaplSensor(sysfs.path, undefined);
  sysfs.energy('intel-rapl:0', 7_000_000); // before the first reading: not ours
  expect(after(1, sensor).powerWatts).toBeUndefined();
  expect(totals.energyJoules).toBe(0);
  sysfs.energy('intel-rapl:0', 27_000_000);
  sysfs.energy('intel-rapl:0:0', 15_000_000);
  sysfs.energy('intel-rapl:0:1', 3_000_000);
  sysfs.energy('intel-rapl:1:0', 1_000_000);
  sysfs.energy('intel-rapl:2', 99_000_000);
  expect(after(2, sensor).powerWatts).toBe(12);
  expect(totals).toMatchObject({ energyJoules: 24, gapUs: 0, resets: 0 });
});

test('RAPL: zones by name', () => {
  server();
  const sensor = new RaplSensor(sysfs.path, ['psys']);
  after(1, sensor);
  sysfs.energy('intel-rapl:2', 8_000_000);
  expect(after(1, sensor).powerWatts).toBe(8);
  expect(() => new RaplSensor(sysfs.path, ['uncore'])).toThrow(
    "there is no RAPL zone 'uncore' (there is package-0, core, dram, package-1, dram, psys)",
  );
  expect(() => new RaplSensor(new MadeUpSysfs().path, undefined)).toThrow('(there is none)');
});

test('RAPL: a wrap goes on, a counter that began anew is a reset, a long silence a gap', () => {
  sysfs.zone('intel-rapl:0', 'package-0', 1_000_000_000);
  sysfs.energy('intel-rapl:0', 999_000_000);
  const sensor = new RaplSensor(sysfs.path, undefined);
  after(1, sensor);
  sysfs.energy('intel-rapl:0', 4_000_000);
  expect(after(0.1, sensor).powerWatts).toBeCloseTo(50, 9);
  expect(totals).toMatchObject({ energyJoules: 5, resets: 0, gapUs: 0 });

  sysfs.energy('intel-rapl:0', 500_000_000);
  after(0.3, sensor);
  sysfs.energy('intel-rapl:0', 1_000_000);
  after(0.2, sensor); // 501 J in 0.2 s can't be: the machine slept
  expect(totals).toMatchObject({ energyJoules: 501, resets: 1, gapUs: 0.2 * SECOND_US });

  sysfs.energy('intel-rapl:0', 2_000_000);
  after(1, sensor); // long enough to have wrapped at 2 kW
  expect(totals).toMatchObject({ energyJoules: 501, resets: 1, gapUs: 1.2 * SECOND_US });
});

test('RAPL: only root may read it', () => {
  sysfs.zone('intel-rapl:0', 'package-0');
  chmodSync(sysfs.path, 0o755);
  chmodSync(join(sysfs.path, 'class/powercap/intel-rapl:0/energy_uj'), 0o400);
  const sensor = new RaplSensor(sysfs.path, undefined);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  else chmodSync(join(sysfs.path, 'class/powercap/intel-rapl:0/energy_uj'), 0);
  try {
    expect(() => after(1, sensor)).toThrow('may not be read: since Linux 5.10 only root may');
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test('RAPL: garbage is refused, and costs nothing of what is counted', () => {
  sysfs.zone('intel-rapl:0', 'package-0');
  const sensor = new RaplSensor(sysfs.path, undefined);
  after(1, sensor);
  sysfs.write('class/powercap/intel-rapl:0/energy_uj', 'nonsense');
  expect(() => after(1, sensor)).toThrow("energy_uj holds 'nonsense', no whole number");
  sysfs.energy('intel-rapl:0', 9_000_000);
  expect(after(1, sensor).powerWatts).toBe(4.5);
});

test('hwmon: bus voltage times current of a rail, by trapezoids', () => {
  sysfs.write('class/hwmon/hwmon0/name', 'coretemp');
  sysfs.rail(1, 'VDD_IN');
  sysfs.rail(2, 'VDD_CPU');
  const sensor = new HwmonSensor(sysfs.path, 'VDD_CPU', 1000);
  sysfs.power(2, 5000, 400);
  expect(after(1, sensor)).toEqual({
    powerWatts: 2,
    voltageVolts: 5,
    currentAmperes: 0.4,
    shuntMicroohms: 5000,
  });
  expect(totals).toMatchObject({ energyJoules: 0, chargeCoulombs: 0 });
  sysfs.power(2, 5000, 800);
  after(1, sensor);
  expect(totals.energyJoules).toBeCloseTo(3, 12);
  expect(totals.chargeCoulombs).toBeCloseTo(0.6, 12);
});

test('hwmon: what is not read is a gap, what is at full scale is counted', () => {
  sysfs.rail(1, 'VDD_IN', 100_000);
  const sensor = new HwmonSensor(sysfs.path, 'VDD_IN', 1000);
  sysfs.power(1, 5000, 400);
  after(1, sensor);
  after(10, sensor);
  expect(totals).toMatchObject({ energyJoules: 0, gapUs: 10 * SECOND_US, overrangeSamples: 0 });
  sysfs.power(1, 5000, 1638);
  after(1, sensor);
  expect(totals.overrangeSamples).toBe(1);
  expect(() => new HwmonSensor(sysfs.path, 'VDD', 1000)).toThrow(
    "no INA3221 of hwmon has a rail 'VDD' (there is VDD_IN)",
  );
});
