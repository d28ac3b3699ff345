import type { ClockOffset } from './clock-offset.js';
import type { ManifestMeter, RunManifest } from '../run/manifest.js';

/** TI SBOS576C, section 6.5: typical gain error of shunt and of bus, and the typical shunt offset. */
const GAIN_RATIO_TYPICAL = 0.001;
const SHUNT_OFFSET_VOLTS_TYPICAL = 40e-6;

/** Usual breakout boards carry a shunt of 1 %; a tolerance is a rectangular distribution (GUM 4.3.7). */
const SHUNT_TOLERANCE_RATIO = 0.01 / Math.sqrt(3);

/**
 * An assumption, for no datasheet tells: RAPL follows measured power closely, its factor differs from machine to machine
 * by some percent (Khan et al., RAPL in Action, ACM TOMPECS 3(2), 2018; Desrochers et al., MEMSYS 2016).
 */
const RAPL_GAIN_RATIO = 0.05;

/** Two instants a millisecond apart at worst: what the clock mapping reaches without a time server. */
const CLOCK_SECONDS = 0.001;

/** Our own board. */
const USUAL_SHUNT_MICROOHMS = 100_000;
const SUPPLY_VOLTS = 5.1;

/** What a meter says of a channel. */
export type MeteredBy = Pick<ManifestMeter, 'node' | 'source' | 'shunt_uohm' | 'calibrated'>;

/**
 * What the figures of a run can be wrong by through its sensors, one standard deviation each; the datasheet's typical
 * value counts as one. Of several nodes the worst counts. A twin's shunt is the one it says.
 * @param clockOffsets - of the nodes' clocks, as far as they were measured: what they can be wrong by adds up
 * @param loadClock - of the clock that requests were timed by, if not by ours
 */
export function sensorBudget(
  channels: readonly MeteredBy[],
  clockOffsets: ReadonlyMap<string, ClockOffset> = new Map(),
  loadClock?: ClockOffset,
): RunManifest['sensor'] {
  const nodes = new Map<string, MeteredBy[]>();
  for (const each of channels) nodes.set(each.node, [...(nodes.get(each.node) ?? []), each]);
  const worst = (value: (own: MeteredBy[]) => number) =>
    Math.max(...[...nodes.values()].map(value));
  return {
    gain_ratio: worst((own) => Math.max(...own.map(gainRatio))),
    offset_watts: worst((own) => Math.hypot(...own.map(offsetWatts))),
    clock_seconds: Math.hypot(
      CLOCK_SECONDS,
      loadClock?.uncertaintySeconds ?? 0,
      Math.max(0, ...[...clockOffsets.values()].map((o) => o.uncertaintySeconds)),
    ),
  };
}

/** True as well where there is no shunt. */
export function isShuntCertain({ source, calibrated = false }: MeteredBy): boolean {
  return source === 'twin' || source === 'rapl' || calibrated;
}

function gainRatio(channel: MeteredBy): number {
  if (channel.source === 'rapl') return RAPL_GAIN_RATIO;
  const shunt = isShuntCertain(channel) ? 0 : SHUNT_TOLERANCE_RATIO;
  return Math.hypot(GAIN_RATIO_TYPICAL, GAIN_RATIO_TYPICAL, shunt);
}

function offsetWatts({ source, shunt_uohm = USUAL_SHUNT_MICROOHMS }: MeteredBy): number {
  if (source === 'rapl') return 0;
  return (SHUNT_OFFSET_VOLTS_TYPICAL / (shunt_uohm / 1e6)) * SUPPLY_VOLTS;
}

/** Full scale of the INA3221's shunt input, less a tenth for what a model does not foresee (SBOS576C, 6.5). */
const USABLE_SHUNT_VOLTS = 0.9 * 0.1638;
const USUAL_SHUNTS_MILLIOHMS = [100, 50, 20, 10, 5, 2, 1];

/** The largest usual shunt that carries a node's full power. */
export function shuntMilliohmsFor(fullWatts: number): number {
  const amperes = fullWatts / SUPPLY_VOLTS;
  const fitting = USUAL_SHUNTS_MILLIOHMS.find(
    (mohm) => (amperes * mohm) / 1000 <= USABLE_SHUNT_VOLTS,
  );
  return fitting ?? USUAL_SHUNTS_MILLIOHMS.at(-1)!;
}
