import { type SensorUncertainty } from '../attribution/input.js';

/** TI SBOS576C, section 6.5: typical gain error of shunt and of bus, and the typical shunt offset. */
const GAIN_RATIO_TYPICAL = 0.001;
const SHUNT_OFFSET_VOLTS_TYPICAL = 40e-6;

/** Two instants a millisecond apart at worst: what the clock mapping reaches without a time server. */
const CLOCK_SECONDS = 0.001;

export interface SensorConditions {
  shuntOhms: number;
  supplyVolts: number;
  /** One standard deviation of the shunt's resistance; 0 where the channel is calibrated. */
  shuntToleranceRatio: number;
}

/** Our own board: 100 milliohm at 5.1 V, calibrated. */
export const CALIBRATED: SensorConditions = {
  shuntOhms: 0.1,
  supplyVolts: 5.1,
  shuntToleranceRatio: 0,
};

/** One standard deviation each; the datasheet's typical value counts as one. */
export function sensorBudget(conditions: SensorConditions = CALIBRATED): SensorUncertainty {
  const { shuntOhms, supplyVolts, shuntToleranceRatio } = conditions;
  return {
    gainRatio: Math.hypot(GAIN_RATIO_TYPICAL, GAIN_RATIO_TYPICAL, shuntToleranceRatio),
    offsetWatts: (SHUNT_OFFSET_VOLTS_TYPICAL / shuntOhms) * supplyVolts,
    clockSeconds: CLOCK_SECONDS,
  };
}

/** Full scale of the INA3221's shunt input, less a tenth for what a model does not foresee (SBOS576C, 6.5). */
const USABLE_SHUNT_VOLTS = 0.9 * 0.1638;
const USUAL_SHUNTS_MILLIOHMS = [100, 50, 20, 10, 5, 2, 1];

/** The largest usual shunt that carries a node's full power. */
export function shuntMilliohmsFor(fullWatts: number, supplyVolts = CALIBRATED.supplyVolts): number {
  const amperes = fullWatts / supplyVolts;
  const fitting = USUAL_SHUNTS_MILLIOHMS.find(
    (mohm) => (amperes * mohm) / 1000 <= USABLE_SHUNT_VOLTS,
  );
  return fitting ?? USUAL_SHUNTS_MILLIOHMS.at(-1)!;
}
