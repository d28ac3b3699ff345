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

const HERE = { onThisMachine: true, metered: false };
const ELSEWHERE = { onThisMachine: false, metered: false };
const rapl = { source: 'rapl', zones: ['package-0', 'dram'] };
const twin = { source: 'twin' };

test('RAPL where it can be read and functions run here, else the twin', () => {
  const auto = { energy: 'auto', sysfs: laptop() } as const;
  expect(chooseEnergySource(auto, HERE)).toEqual(rapl);
  expect(chooseEnergySource(auto, ELSEWHERE)).toEqual(twin);
  expect(chooseEnergySource({ ...auto, sysfs: '/nowhere' }, HERE)).toEqual(twin);
});

test('what is asked for', () => {
  const sysfs = laptop();
  expect(chooseEnergySource({ energy: 'twin', sysfs }, HERE)).toEqual(twin);
  expect(chooseEnergySource({ energy: 'rapl', sysfs }, ELSEWHERE)).toEqual(rapl);
  expect(() => chooseEnergySource({ energy: 'rapl', sysfs: '/nowhere' }, HERE)).toThrow(
    'There is no RAPL that can be read in /nowhere/class/powercap.',
  );
});

test("the user's meters come first", () => {
  const choice = { energy: 'auto', sysfs: laptop(), metersFile: 'meters.yaml' } as const;
  expect(chooseEnergySource(choice, HERE)).toEqual({
    source: 'meters',
    metersFile: 'meters.yaml',
  });
  expect(() => chooseEnergySource({ ...choice, energy: 'twin' }, HERE)).toThrow(UsageError);
});

test("a target's own exporters, unless something else is asked for", () => {
  const cluster = { onThisMachine: false, metered: true };
  const choice = { energy: 'auto', sysfs: '/nowhere' } as const;
  expect(chooseEnergySource(choice, cluster)).toEqual({ source: 'target' });
  expect(chooseEnergySource({ ...choice, metersFile: 'meters.yaml' }, cluster)).toMatchObject({
    source: 'meters',
  });
  expect(chooseEnergySource({ ...choice, energy: 'twin' }, cluster)).toEqual(twin);
});
