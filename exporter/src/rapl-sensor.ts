import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalSensor, SensorState, SensorTotals } from './local-sensor.js';
import { attribute, wholeNumber } from './sysfs.js';

/** More than any zone draws: what tells a counter's wrap from one that began anew. */
const MOST_WATTS = 2000;

/** A zone of powercap, such as `package-0`. */
export interface RaplZone {
  name: string;
  /** Its folder. */
  path: string;
}

/**
 * The zones that count energy, such as `package-0`, `dram`, `psys`; empty where there are none.
 * Source: Linux, Documentation/power/powercap/powercap.rst. The same registers show up again below `intel-rapl-mmio`.
 * @param sysfs - where sysfs is mounted
 */
export function raplZones(sysfs: string): RaplZone[] {
  const folder = join(sysfs, 'class/powercap');
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => /^intel-rapl(:\d+)+$/.test(entry))
    .sort()
    .map((entry) => ({ name: attribute(join(folder, entry, 'name')), path: join(folder, entry) }));
}

/** What a machine's processors and memory draw: no other zones, since those are parts of these, or contain them. */
export function isPackageOrMemory({ name }: RaplZone): boolean {
  return /^(package-\d+(-die-\d+)?|dram)$/.test(name);
}

/** The sum of some zones' energy counters. */
export class RaplSensor implements LocalSensor {
  private readonly zones: ZoneCounter[];
  private lastUs: number | undefined;

  /**
   * @param names - the zones to be added; packages and their memory where undefined
   * @throws Error where one is not there
   */
  constructor(sysfs: string, names: readonly string[] | undefined) {
    const all = raplZones(sysfs);
    const there = all.length === 0 ? 'none' : all.map(({ name }) => name).join(', ');
    const missing = names?.find((name) => !all.some((zone) => zone.name === name));
    if (missing) throw new Error(`there is no RAPL zone '${missing}' (there is ${there})`);
    const own = all.filter((zone) => names?.includes(zone.name) ?? isPackageOrMemory(zone));
    if (own.length === 0) throw new Error(`there is no RAPL zone of a package (there is ${there})`);
    this.zones = own.map((zone) => new ZoneCounter(zone));
  }

  read(totals: SensorTotals, nowUs: number): SensorState {
    const elapsedUs = this.lastUs === undefined ? undefined : nowUs - this.lastUs;
    // All are read before any is counted, for one that fails must not cost the others' energy.
    const microjoules = this.zones.map((zone) => zone.read());
    this.lastUs = nowUs;
    const rises = this.zones.map((zone, i) => zone.rise(microjoules[i]!, elapsedUs ?? 0));
    if (elapsedUs === undefined) return { powerWatts: undefined };
    if (rises.includes('reset')) totals.resets++;
    if (rises.some((rise) => typeof rise === 'string')) totals.gapUs += elapsedUs;
    const joules = rises.reduce<number>((sum, rise) => sum + (Number(rise) || 0), 0) / 1e6;
    totals.energyJoules += joules;
    return { powerWatts: joules / (elapsedUs / 1e6) };
  }
}

class ZoneCounter {
  private readonly file: string;
  private readonly rangeMicrojoules: number;
  private last: number | undefined;

  constructor({ path }: RaplZone) {
    this.file = join(path, 'energy_uj');
    this.rangeMicrojoules = wholeNumber(join(path, 'max_energy_range_uj'));
  }

  read(): number {
    try {
      return wholeNumber(this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      throw new Error(`${this.file} may not be read: since Linux 5.10 only root may`, {
        cause: error,
      });
    }
  }

  /** What was counted since the last value; `unknown` where it may have wrapped more than once. */
  rise(microjoules: number, elapsedUs: number): number | 'reset' | 'unknown' {
    const { last } = this;
    this.last = microjoules;
    if (last === undefined) return 0;
    if (elapsedUs * MOST_WATTS > this.rangeMicrojoules) return 'unknown';
    if (microjoules >= last) return microjoules - last;
    const wrapped = microjoules - last + this.rangeMicrojoules;
    return wrapped <= elapsedUs * MOST_WATTS ? wrapped : 'reset';
  }
}
