import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { isPackageOrMemory, raplZones } from '@power-harness/exporter/rapl-sensor';

/**
 * The zones of RAPL that an exporter here would add up, such as `package-0` and `dram`; empty where there are none, or
 * where we may not read them (since Linux 5.10 only root may).
 */
export function readableRaplZones(sysfs: string): string[] {
  const zones = raplZones(sysfs).filter(isPackageOrMemory);
  try {
    for (const { path } of zones) accessSync(join(path, 'energy_uj'), constants.R_OK);
    return zones.map(({ name }) => name);
  } catch {
    return [];
  }
}
