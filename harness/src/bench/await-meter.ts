import { type EnergySource } from '../energy/energy-source.js';
import { EnergySourceError } from '../errors.js';
import { until } from '../processes/sleep.js';

/** Meters of the first generation send each second; three of those and the start of the exporter. */
const LIMIT_SECONDS = 6;

/** Clocks that are further apart than this can't be brought together by a round trip. */
const OFFSET_LIMIT_SECONDS = 1;

/**
 * Waits until every meter's channels have sent something, before load is driven.
 * @returns the exporter's clock less ours, in seconds
 * @throws EnergySourceError naming the channels that are silent
 */
export async function awaitMeter(source: EnergySource, signal: AbortSignal): Promise<number> {
  let silent: string[] = [];
  let uncounted: string[] = [];
  const heard = await until(
    async () => {
      const rows = await source.samplesSince(0);
      const rowOf = new Map(rows.map((row) => [`${row.meter} channel ${row.channel}`, row]));
      const wanted = source.meters.map(({ meter, channel }) => `${meter} channel ${channel}`);
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
  const offset = await source.clockOffsetSeconds();
  if (Math.abs(offset) > OFFSET_LIMIT_SECONDS) {
    throw new EnergySourceError(
      'CLOCKS_APART',
      `The exporter's clock is ${offset.toFixed(1)} s off ours.`,
      'Set the clocks (NTP) on both machines.',
    );
  }
  return offset;
}
