import { type Warning } from '../attribution/result.js';
import { isShuntCertain } from '../energy/sensor-budget.js';
import { type ManifestMeter } from '../run/manifest.js';

/** What is to be said of the meters before anything is measured. */
export function meterWarnings(meters: readonly ManifestMeter[]): Warning[] {
  const uncertain = meters.filter((meter) => !isShuntCertain(meter));
  if (uncertain.length === 0) return [];
  const names = uncertain.map(({ meter, channel }) => `${meter} channel ${channel}`).join(', ');
  return [
    {
      code: 'SHUNT_UNCALIBRATED',
      severity: 'info',
      message: `${names} was not calibrated: a shunt's tolerance of 1 % is in the systematic interval.`,
      hint: 'power-harness meter calibrate measures two known loads and removes it.',
    },
  ];
}
