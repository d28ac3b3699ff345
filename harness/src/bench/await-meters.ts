import { FLAGS } from '@power-harness/proto/codec';
import { type ClockOffset, MOST_OFFSET_SECONDS } from '../energy/clock-offset.js';
import type { EnergySource, SampleRow } from '../energy/energy-source.js';
import { EnergySourceError } from '../errors.js';
import { until } from '../processes/sleep.js';
import type { ManifestMeter } from '../run/manifest.js';

/** Meters of the first generation send each second; three of those and the start of the exporter. */
const LIMIT_SECONDS = 6;

export interface AwaitedMeters {
  /** How the clock behind each node's samples differs from ours. */
  clockOffsets: ReadonlyMap<string, ClockOffset>;
  /** The source's, with what they say of their calibration. */
  meters: ManifestMeter[];
}

/**
 * Waits until every meter's channels have sent something, before load is driven.
 * @throws EnergySourceError naming the channels that are silent
 */
export async function awaitMeters(
  source: EnergySource,
  signal: AbortSignal,
): Promise<AwaitedMeters> {
  let rowOf = new Map<string, SampleRow>();
  let silent: string[] = [];
  let uncounted: string[] = [];
  const heard = await until(
    async () => {
      const rows = await source.samplesSince(0);
      rowOf = new Map(rows.map((row) => [nameOf(row), row]));
      const wanted = source.meters.map(nameOf);
      silent = wanted.filter((name) => !rowOf.has(name));
      uncounted = wanted.filter((name) => rowOf.get(name)?.energyJoules === undefined);
      return uncounted.length === 0 ? true : undefined;
    },
    LIMIT_SECONDS,
    0.1,
    signal,
  );
  if (!heard && silent.length > 0) {
    const addresses = [...new Set(source.meters.map(({ address }) => address))].join(', ');
    throw new EnergySourceError(
      'METER_SILENT',
      `Nothing came in ${LIMIT_SECONDS} s from ${silent.join(', ')} (${addresses}).`,
      'Is the meter on and reachable? power-harness meter watch ADDRESS shows what it sends.',
    );
  }
  if (!heard) {
    throw new EnergySourceError(
      'METER_WITHOUT_VOLTAGE',
      `${uncounted.join(', ')} sends no voltage, so there are no joules.`,
      'Give the supply_volts of that meter in the meters file.',
    );
  }
  const clockOffsets = await source.clockOffsets();
  for (const [node, { seconds }] of clockOffsets) {
    if (Math.abs(seconds) <= MOST_OFFSET_SECONDS) continue;
    throw new EnergySourceError(
      'CLOCKS_APART',
      `The clock of the exporter of ${node} is ${seconds.toFixed(1)} s off ours.`,
      'Set the clocks (NTP) on both machines.',
    );
  }
  return {
    clockOffsets,
    meters: source.meters.map((meter) => ({ ...meter, ...calibration(rowOf.get(nameOf(meter))!) })),
  };
}

function nameOf({ node, meter, channel }: Pick<SampleRow, 'node' | 'meter' | 'channel'>): string {
  return `${meter} channel ${channel} of ${node}`;
}

/** Nothing for meters of the first generation, which say nothing. */
function calibration({ shuntMicroohms, offsetLsb256, flags }: SampleRow): Partial<ManifestMeter> {
  if (shuntMicroohms === 0) return {};
  return {
    shunt_uohm: shuntMicroohms,
    offset_lsb256: offsetLsb256,
    calibrated: (flags & FLAGS.calibrated) !== 0,
  };
}
