import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalSensor, SensorState, SensorTotals } from './local-sensor.js';
import { attribute, wholeNumber } from './sysfs.js';

/** Between readings further apart than this many intervals nothing is known of the power. */
const GAP_INTERVALS = 3;
/** The last step of an INA3221's shunt input, in microvolts (TI SBOS576C, 6.5 and 8.6). */
const FULL_SCALE_MICROVOLTS = 163_760;

/**
 * A rail of an INA3221 that this machine's own kernel reads, as on a Jetson: bus voltage times current, integrated
 * by trapezoids over its readings, so what happens between two of them is not seen.
 * Source of the attributes and their units: Linux, Documentation/hwmon/ina3221.rst.
 */
export class HwmonSensor implements LocalSensor {
  private readonly shuntMicroohms: number;
  private readonly path: string;
  private readonly number: string;
  private last: { us: number; watts: number; amperes: number } | undefined;

  /**
   * @param rail - the label of the sensor's channel, such as `VDD_IN`
   * @throws Error where it is not there
   */
  constructor(
    sysfs: string,
    rail: string,
    private readonly intervalMs: number,
  ) {
    const rails = ina3221Rails(sysfs);
    const own = rails.find(({ label }) => label === rail);
    if (!own) {
      const there = rails.length === 0 ? 'none' : rails.map(({ label }) => label).join(', ');
      throw new Error(`no INA3221 of hwmon has a rail '${rail}' (there is ${there})`);
    }
    ({ path: this.path, number: this.number } = own);
    const shunt = join(this.path, `shunt${this.number}_resistor`);
    this.shuntMicroohms = existsSync(shunt) ? wholeNumber(shunt) : 0;
  }

  read(totals: SensorTotals, nowUs: number): SensorState {
    const amperes = wholeNumber(join(this.path, `curr${this.number}_input`)) / 1000;
    const volts = wholeNumber(join(this.path, `in${this.number}_input`)) / 1000;
    const watts = volts * amperes;
    const { last, shuntMicroohms } = this;
    this.last = { us: nowUs, watts, amperes };
    if (Math.abs(amperes) * shuntMicroohms >= FULL_SCALE_MICROVOLTS) totals.overrangeSamples++;
    totals.chargeCoulombs ??= 0;
    if (last) {
      const seconds = (nowUs - last.us) / 1e6;
      if (seconds * 1000 > GAP_INTERVALS * this.intervalMs) totals.gapUs += nowUs - last.us;
      else {
        totals.energyJoules += Math.max(0, ((last.watts + watts) / 2) * seconds);
        totals.chargeCoulombs += Math.max(0, ((last.amperes + amperes) / 2) * seconds);
      }
    }
    return { powerWatts: watts, voltageVolts: volts, currentAmperes: amperes, shuntMicroohms };
  }
}

/** A channel of an INA3221 in hwmon: its folder, its number there and its label. */
interface Rail {
  path: string;
  number: string;
  label: string;
}

function ina3221Rails(sysfs: string): Rail[] {
  const folder = join(sysfs, 'class/hwmon');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((entry) => join(folder, entry))
    .filter((path) => attribute(join(path, 'name')) === 'ina3221')
    .flatMap((path) =>
      ['1', '2', '3']
        .map((number) => ({ number, file: join(path, `in${number}_label`) }))
        .filter(({ file }) => existsSync(file))
        .map(({ number, file }) => ({ path, number, label: attribute(file) })),
    );
}
