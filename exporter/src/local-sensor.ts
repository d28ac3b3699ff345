/** What was counted of a sensor of this machine; it goes on in another one when the meters file changes. */
export interface SensorTotals {
  energyJoules: number;
  /** Absent where only energy is known. */
  chargeCoulombs: number | undefined;
  gapUs: number;
  overrangeSamples: number;
  errors: number;
  /** Times that the sensor's own counter began anew. */
  resets: number;
}

export function noTotals(): SensorTotals {
  return {
    energyJoules: 0,
    chargeCoulombs: undefined,
    gapUs: 0,
    overrangeSamples: 0,
    errors: 0,
    resets: 0,
  };
}

/** What a sensor shows now. */
export interface SensorState {
  powerWatts: number | undefined;
  voltageVolts?: number;
  currentAmperes?: number;
  shuntMicroohms?: number;
}

/** A sensor of this machine, read from sysfs. */
export interface LocalSensor {
  /**
   * Reads it and counts on.
   * @param nowUs - by a clock that is never set
   * @throws Error in words where it can't be read
   */
  read(totals: SensorTotals, nowUs: number): SensorState;
}
