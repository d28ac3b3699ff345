import type { Calibration } from '@power-harness/proto/codec';

/** A load that is known, and what the meter read of it. */
export interface KnownLoad {
  knownAmperes: number;
  measuredAmperes: number;
  /** Of the mean that was measured. */
  standardErrorAmperes: number;
}

export interface TwoLoadCalibration {
  calibration: Calibration;
  /** Standard uncertainty of the gain from the scatter of the readings; the known loads' own is not in it. */
  gainUncertaintyRatio: number;
}

/** One LSB of the shunt register: 40 µV (TI SBOS576C, 7.6.2.2). */
const SHUNT_LSB_VOLTS = 40e-6;

/**
 * Shunt and offset with which the meter would have read both loads right. It read I = (s − o)·40 µV / R of a register
 * value s, so s is known again, and two loads give the straight line s = o' + I·R' / 40 µV.
 * @param present - with which it read them
 */
export function twoLoadCalibration(
  [first, second]: readonly [KnownLoad, KnownLoad],
  present: Calibration,
): TwoLoadCalibration {
  const registerOf = (amperes: number) =>
    (amperes * present.shuntMicroohms * 1e-6) / SHUNT_LSB_VOLTS + present.offsetLsb256 / 256;
  const amperes = second.knownAmperes - first.knownAmperes;
  const lsb = registerOf(second.measuredAmperes) - registerOf(first.measuredAmperes);
  const shuntOhms = (lsb * SHUNT_LSB_VOLTS) / amperes;
  const offsetLsb =
    registerOf(first.measuredAmperes) - (first.knownAmperes * shuntOhms) / SHUNT_LSB_VOLTS;
  return {
    calibration: {
      shuntMicroohms: Math.round(shuntOhms * 1e6),
      offsetLsb256: Math.round(offsetLsb * 256),
    },
    gainUncertaintyRatio:
      Math.hypot(first.standardErrorAmperes, second.standardErrorAmperes) / Math.abs(amperes),
  };
}
