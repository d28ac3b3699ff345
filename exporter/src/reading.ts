/** One measurement of a channel, its counters joined over reboots and restarts of what it comes from. */
export interface Reading {
  channel: number;
  /** By the host's clock, strictly increasing but where that clock was set back. */
  timeUs: number;
  /** The host's clock was set back since the reading before. */
  clockSetBack: boolean;
  /** Absent where the meter sends no voltage and none is configured. */
  energyJoules: number | undefined;
  /** Absent where only energy is known. */
  chargeCoulombs: number | undefined;
  powerWatts: number | undefined;
  voltageVolts: number | undefined;
  currentAmperes: number | undefined;
  flags: number;
  gapUs: number;
  missedCycles: number;
  overrangeSamples: number;
  sensorErrors: number;
  /** When the meter booted, by the host's clock; absent for sensors of this machine. */
  bootTimeUs: number | undefined;
  firstGeneration: boolean;
  /** What the meter takes its shunt to be, calibration included; 0 where it does not say. */
  shuntMicroohms: number;
  /** What it takes the sensor to read at no current, in 1/256 of 40 µV. */
  offsetLsb256: number;
}

/** A meter's, which always knows its current. */
export type MeterReading = Reading & {
  chargeCoulombs: number;
  currentAmperes: number;
  bootTimeUs: number;
};
