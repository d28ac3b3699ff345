import type { Calibration } from '@power-harness/proto/codec';
import { quantity } from '../report/quantity.js';
import type { CalibrationReport } from './calibrate-meter.js';

/** What a person reads after a calibration. */
export function calibrationText(report: CalibrationReport): string {
  const { loads, before, after, gainUncertaintyRatio, verifiedAmperes } = report;
  const known = loads[1]!.knownAmperes;
  const gainPercent = (after.shuntMicroohms / before.shuntMicroohms - 1) * 100;
  return [
    `Channel ${report.channel}`,
    ...loads.map(
      ({ knownAmperes, measuredAmperes }) =>
        `  ${quantity(knownAmperes, 'A', 5)} was read as ${quantity(measuredAmperes, 'A', 5)}`,
    ),
    `  shunt  ${before.shuntMicroohms} → ${after.shuntMicroohms} µΩ (${gainPercent >= 0 ? '+' : ''}${gainPercent.toFixed(2)} %, ` +
      `known to ${(gainUncertaintyRatio * 100).toFixed(3)} % by the scatter of the readings)`,
    `  offset ${microvolts(before)} → ${microvolts(after)} µV`,
    `  now ${quantity(known, 'A', 5)} reads as ${quantity(verifiedAmperes, 'A', 5)}`,
    'The meter keeps it. Calibrate its other channels too: each has a shunt of its own.',
  ].join('\n');
}

/** The same as `--json` prints it. */
export function calibrationDocument(report: CalibrationReport): Record<string, unknown> {
  return {
    loads: report.loads.map(({ knownAmperes, measuredAmperes, standardErrorAmperes }) => ({
      known_amperes: knownAmperes,
      measured_amperes: measuredAmperes,
      standard_error_amperes: standardErrorAmperes,
    })),
    before: document(report.before),
    after: document(report.after),
    gain_uncertainty_ratio: report.gainUncertaintyRatio,
    verified_amperes: report.verifiedAmperes,
  };
}

function document({ shuntMicroohms, offsetLsb256 }: Calibration) {
  return { shunt_uohm: shuntMicroohms, offset_lsb256: offsetLsb256 };
}

/** 1/256 of 40 µV. */
function microvolts({ offsetLsb256 }: Calibration): string {
  return ((offsetLsb256 * 40) / 256).toFixed(1);
}
