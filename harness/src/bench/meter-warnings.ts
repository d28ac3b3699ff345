import type { Warning } from '../attribution/result.js';
import { isShuntCertain } from '../energy/sensor-budget.js';
import type { ManifestMeter } from '../run/manifest.js';

/**
 * What is to be said of the meters before anything is measured.
 * @param onThisMachine - whether functions run on the machine that drives them
 */
export function meterWarnings(meters: readonly ManifestMeter[], onThisMachine: boolean): Warning[] {
  const of = (which: (meter: ManifestMeter) => boolean) =>
    meters
      .filter(which)
      .map(({ meter, channel }) => `${meter} channel ${channel}`)
      .join(', ');
  const uncertain = of((meter) => !isShuntCertain(meter));
  const sampled = of(({ source }) => source === 'hwmon');
  const rapl = of(({ source }) => source === 'rapl');
  const real = of(({ source }) => source !== 'twin');
  const warnings: (Warning | false)[] = [
    uncertain !== '' && {
      code: 'SHUNT_UNCALIBRATED',
      severity: 'info',
      message: `${uncertain} was not calibrated: a shunt's tolerance of 1 % is in the systematic interval.`,
      hint: 'power-harness meter calibrate measures two known loads and removes it.',
    },
    sampled !== '' && {
      code: 'POWER_SAMPLED',
      severity: 'warning',
      message: `${sampled} is read now and then by the node itself: what its power does in between is not seen.`,
      hint: 'A power meter of its own reads every conversion, and costs the node nothing.',
    },
    rapl !== '' && {
      code: 'RAPL_UNCALIBRATED',
      severity: 'info',
      message: `${rapl} counts processor and memory only, and is assumed to be within 5 % (one sigma): no datasheet tells.`,
      hint: "A power meter in the node's supply measures all of it.",
    },
    real !== '' &&
      onThisMachine && {
        code: 'LOAD_GENERATOR_METERED',
        severity: 'warning',
        message:
          'The load generator runs on the metered machine: its energy is in the marginal energy.',
        hint: 'Drive the functions from another machine: --gateway.',
      },
  ];
  return warnings.filter((warning) => warning !== false);
}
