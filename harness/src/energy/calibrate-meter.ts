import type { MeterReading as Reading } from '@power-harness/exporter/reading';
import { FLAGS, type Calibration } from '@power-harness/proto/codec';
import { EnergySourceError, UsageError } from '../errors.js';
import { sleep } from '../processes/sleep.js';
import { ChannelReadings } from './channel-readings.js';
import { meterArgument } from './meter-argument.js';
import { twoLoadCalibration, type KnownLoad } from './two-load-calibration.js';

/** A load that has just been set, and the second for which a meter keeps its overrange flag. */
const SETTLE_SECONDS = 1.2;
const VERIFY_SECONDS = 3;
/** Means of so many blocks tell the standard error also where the load drifts. */
const BLOCKS = 10;
/** A gain that is not known to this is not worth storing: the chip's own typical error is 0.1 %. */
const GAIN_UNCERTAINTY_LIMIT = 0.002;
/** As far as the meter accepts (firmware: POWER_METER_CALIBRATION_PERCENT). */
const LIMIT_PERCENT = 20;

export interface CalibrateOptions {
  address: string;
  channel: number;
  /** Two currents that a better instrument knows. */
  knownAmperes: readonly [number, number];
  /** How long each is read. */
  seconds: number;
  /** Resolves when the user has set a load. */
  confirm: (message: string) => Promise<void>;
  interrupt: AbortSignal;
}

export interface CalibrationReport {
  channel: number;
  loads: KnownLoad[];
  before: Calibration;
  after: Calibration;
  gainUncertaintyRatio: number;
  /** The second load read again, with the new calibration. */
  verifiedAmperes: number;
}

/**
 * Reads two known loads, stores shunt and offset in the meter, and reads the second load again.
 * @throws UsageError for loads that can't give a calibration, EnergySourceError where the meter is silent or refuses
 */
export async function calibrateMeter(options: CalibrateOptions): Promise<CalibrationReport> {
  const { channel, knownAmperes, seconds, confirm, interrupt } = options;
  return withChannel(options, async (readings) => {
    const before = calibrationOf(await readings.next());
    const measure = async (amperes: number) => {
      await confirm(`Set the load of channel ${channel} to ${amperes} A`);
      await sleep(SETTLE_SECONDS * 1000, interrupt);
      return knownLoad(amperes, await readings.during(seconds));
    };
    const loads = [await measure(knownAmperes[0]), await measure(knownAmperes[1])] as const;
    const { calibration: after, gainUncertaintyRatio } = twoLoadCalibration(loads, before);
    check(before, after, gainUncertaintyRatio);
    await store(readings, after);
    const verified = knownLoad(knownAmperes[1], await readings.during(VERIFY_SECONDS));
    const verifiedAmperes = verified.measuredAmperes;
    return { channel, loads: [...loads], before, after, gainUncertaintyRatio, verifiedAmperes };
  });
}

/** Goes back to what the meter is configured to. @returns that calibration */
export async function resetCalibration(
  options: Pick<CalibrateOptions, 'address' | 'channel' | 'interrupt'>,
): Promise<Calibration> {
  return withChannel(options, (readings) =>
    store(readings, { shuntMicroohms: 0, offsetLsb256: 0 }),
  );
}

async function withChannel<T>(
  { address, channel, interrupt }: Pick<CalibrateOptions, 'address' | 'channel' | 'interrupt'>,
  use: (readings: ChannelReadings) => Promise<T>,
): Promise<T> {
  const readings = new ChannelReadings(meterArgument(address), channel, interrupt);
  try {
    requireOpen(await readings.next());
    return await use(readings);
  } finally {
    readings.close();
  }
}

function requireOpen({ firstGeneration, flags }: Reading): void {
  if (firstGeneration) {
    throw new EnergySourceError(
      'CALIBRATION_UNKNOWN',
      'A meter of the first generation knows no calibration.',
      "Flash this project's firmware (firmware/README.md).",
    );
  }
  if (!(flags & FLAGS.calibrationOpen)) {
    throw new EnergySourceError(
      'CALIBRATION_CLOSED',
      'The meter takes no calibration now.',
      'Power it off and on: for 10 minutes after that it does. Or say `calibration open` on its serial console.',
    );
  }
}

async function store(readings: ChannelReadings, calibration: Calibration): Promise<Calibration> {
  const taken = await readings.calibrate(calibration);
  if (taken) return calibrationOf(taken);
  requireOpen(await readings.next());
  throw new EnergySourceError(
    'CALIBRATION_REFUSED',
    'The meter did not take the calibration.',
    `It refuses a shunt more than ${LIMIT_PERCENT} % from the configured one, and an offset beyond 16 steps.`,
  );
}

function calibrationOf({ shuntMicroohms, offsetLsb256 }: Reading): Calibration {
  return { shuntMicroohms, offsetLsb256 };
}

function knownLoad(knownAmperes: number, readings: readonly Reading[]): KnownLoad {
  if (readings.some(({ flags }) => flags & FLAGS.overrange)) {
    throw new UsageError(
      'LOAD_OVERRANGE',
      `${knownAmperes} A is beyond the range of the channel's sensor.`,
      'Choose a smaller load.',
    );
  }
  const amperes = readings.map(({ currentAmperes }) => currentAmperes);
  const blocks = Array.from({ length: BLOCKS }, (_, block) =>
    mean(amperes.slice((block * amperes.length) / BLOCKS, ((block + 1) * amperes.length) / BLOCKS)),
  );
  const measuredAmperes = mean(amperes);
  const squares = blocks.map((block) => (block - measuredAmperes) ** 2);
  const standardErrorAmperes = Math.sqrt(mean(squares) / (BLOCKS - 1));
  return { knownAmperes, measuredAmperes, standardErrorAmperes };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function check(before: Calibration, after: Calibration, gainUncertaintyRatio: number): void {
  const percent = (after.shuntMicroohms / before.shuntMicroohms - 1) * 100;
  // Two loads that read alike give a shunt near 0, or a negative one.
  if (!(Math.abs(percent) <= 2 * LIMIT_PERCENT)) {
    throw new UsageError(
      'LOADS_IMPLAUSIBLE',
      `By these loads the shunt would be ${after.shuntMicroohms} µΩ, where the meter has ${before.shuntMicroohms} µΩ.`,
      'Were the loads set in that order, on that channel? Is the shunt configured right?',
    );
  }
  if (!(gainUncertaintyRatio <= GAIN_UNCERTAINTY_LIMIT)) {
    throw new UsageError(
      'LOADS_UNSTEADY',
      `The readings scatter or drift so much that the gain is known to ${(gainUncertaintyRatio * 100).toFixed(2)} % only.`,
      'Take loads further apart or steadier, or a longer --seconds.',
    );
  }
}
