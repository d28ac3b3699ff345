import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A sysfs with what a test puts there. */
export class MadeUpSysfs {
  readonly path = mkdtempSync(join(tmpdir(), 'sysfs-'));

  /** Such as `class/powercap/intel-rapl:0/name`. */
  write(attribute: string, value: string | number): void {
    const file = join(this.path, attribute);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${value}\n`);
  }

  /** A zone of RAPL, such as `intel-rapl:0:2`. */
  zone(entry: string, name: string, rangeMicrojoules = 262_143_328_850): void {
    this.write(`class/powercap/${entry}/name`, name);
    this.write(`class/powercap/${entry}/max_energy_range_uj`, rangeMicrojoules);
    this.energy(entry, 0);
  }

  energy(entry: string, microjoules: number): void {
    this.write(`class/powercap/${entry}/energy_uj`, microjoules);
  }

  /** A channel of an INA3221 in hwmon. */
  rail(channel: number, label: string, shuntMicroohms = 5000): void {
    this.write('class/hwmon/hwmon3/name', 'ina3221');
    this.write(`class/hwmon/hwmon3/in${channel}_label`, label);
    this.write(`class/hwmon/hwmon3/shunt${channel}_resistor`, shuntMicroohms);
    this.power(channel, 0, 0);
  }

  power(channel: number, millivolts: number, milliamperes: number): void {
    this.write(`class/hwmon/hwmon3/in${channel}_input`, millivolts);
    this.write(`class/hwmon/hwmon3/curr${channel}_input`, milliamperes);
  }
}
