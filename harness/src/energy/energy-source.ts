import type { Warning } from '../attribution/result.js';
import type { ManifestMeter } from '../run/manifest.js';
import type { ClockOffset } from './clock-offset.js';

/** One reading of one channel, as the exporter gives it. */
export interface SampleRow {
  meter: string;
  channel: number;
  node: string;
  timeUs: number;
  /** Cumulative since the exporter started, meter resets joined; absent for meters without voltage. */
  energyJoules: number | undefined;
  flags: number;
  gapUs: number;
  missedCycles: number;
  overrangeSamples: number;
  /** What the meter takes its shunt to be, calibration included; 0 where it does not say. */
  shuntMicroohms: number;
  /** What it takes the sensor to read at no current, in 1/256 of 40 µV. */
  offsetLsb256: number;
}

/** Where a run's joules come from: meters or twins, behind exporters. */
export interface EnergySource {
  readonly meters: ManifestMeter[];
  /** At least one of the meters is a twin. */
  readonly simulated: boolean;
  readonly versions: Record<string, string>;
  /** The twin's own account of what it simulated. */
  readonly truthFile?: string;
  /** What is to be said of the way the samples come. */
  readonly warnings: readonly Warning[];
  /** Samples after `fromUs`, oldest first. @throws EnergySourceError where the exporter does not answer */
  samplesSince(fromUs: number): Promise<SampleRow[]>;
  /** The time between two samples of a channel, at the longest. */
  readonly sampleSeconds: number;
  /** How long nothing may come before the run ends: an outage that is shorter is a gap in the samples. */
  readonly silenceLimitSeconds: number;
  /** How the clock behind each node's samples differs from ours. @throws EnergySourceError */
  clockOffsets(): Promise<ReadonlyMap<string, ClockOffset>>;
  /** Resolves with what happened if a process of the source dies by itself. */
  readonly died: Promise<string>;
  /** Ends what was started. Never throws. */
  close(): Promise<void>;
}
