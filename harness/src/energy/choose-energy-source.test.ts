import { expect, test } from 'vitest';
import { MadeUpSysfs } from '@power-harness/exporter/made-up-sysfs';
import { UsageError } from '../errors.js';
import { chooseEnergySource } from './choose-energy-source.js';

function laptop(): string {
  const sysfs = new MadeUpSysfs();
  sysfs.zone('intel-rapl:0', 'package-0');
  sysfs.zone('intel-rapl:0:0', 'core');
  sysfs.zone('intel-rapl:0:1', 'dram');
  return sysfs.path;
}

const rapl = { source: 'rapl', zones: ['package-0', 'dram'] };
const twin = { source: 'twin' };

test('RAPL where it can be read and functions run here, else the twin', () => {
  const auto = { energy: 'auto', sysfs: laptop() } as const;
  expect(chooseEnergySource(auto, true)).toEqual(rapl);
  expect(chooseEnergySource(auto, false)).toEqual(twin);
  expect(chooseEnergySource({ ...auto, sysfs: '/nowhere' }, true)).toEqual(twin);
});

test('what is asked for', () => {
  const sysfs = laptop();
  expect(chooseEnergySource({ energy: 'twin', sysfs }, true)).toEqual(twin);
  expect(chooseEnergySource({ energy: 'rapl', sysfs }, false)).toEqual(rapl);
  expect(() => chooseEnergySource({ energy: 'rapl', sysfs: '/nowhere' }, true)).toThrow(
    'There is no RAPL that can be read in /nowhere/class/powercap.',
  );
});

test("the user's meters come first", () => {
  const choice = { energy: 'auto', sysfs: laptop(), metersFile: 'meters.yaml' } as const;
  expect(chooseEnergySource(choice, true)).toEqual({
    source: 'meters',
    metersFile: 'meters.yaml',
  });
  expect(() => chooseEnergySource({ ...choice, energy: 'twin' }, true)).toThrow(UsageError);
});
