import { EnergySourceError } from '../errors.js';
import { offsetByShortestTrip, type ClockOffset, type RoundTrip } from './clock-offset.js';
import type { SampleRow } from './energy-source.js';
import type { ExporterEndpoint } from './exporter-endpoint.js';

const TIMEOUT_MS = 5000;

interface WireSample {
  meter: string;
  channel: number;
  node?: string;
  time_us: number;
  energy_joules?: number | null;
  flags?: number;
  gap_us?: number;
  missed_cycles?: number;
  overrange_samples?: number;
  shunt_uohm?: number;
  offset_lsb256?: number;
}

export interface SamplesAnswer {
  rows: SampleRow[];
  /** The exporter's clock when it answered. */
  exporterTimeUs: number;
}

/** Samples after `fromUs` from an exporter's /samples. @throws EnergySourceError */
export async function fetchSamples(
  exporter: ExporterEndpoint,
  fromUs: number,
): Promise<SamplesAnswer> {
  try {
    const path = `/samples?from=${Math.floor(fromUs) + 1}`;
    const { status, headers, body } = await exporter.get(path, TIMEOUT_MS);
    if (status !== 200) throw new Error(`HTTP ${status}: ${body.trim()}`);
    const rows = body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => toRow(JSON.parse(line) as WireSample));
    return { rows, exporterTimeUs: Number(headers['x-exporter-time-us']) };
  } catch (error) {
    throw new EnergySourceError(
      'EXPORTER_UNREACHABLE',
      `The exporter at ${exporter.name} gives no samples: ${(error as Error).message}`,
      'Its log is exporter.log in the run directory, if the bench started it.',
      { cause: error },
    );
  }
}

/** The exporter's clock less ours, by the shortest of some round trips. @throws EnergySourceError */
export async function measureClockOffset(
  exporter: ExporterEndpoint,
  count = 5,
): Promise<ClockOffset> {
  const trips: RoundTrip[] = [];
  for (let n = 0; n < count; n++) {
    const startSeconds = Date.now() / 1000;
    const start = performance.now();
    const { exporterTimeUs } = await fetchSamples(exporter, Date.now() * 1000 + 1e12);
    const tripSeconds = (performance.now() - start) / 1000;
    trips.push({ startSeconds, tripSeconds, otherSeconds: exporterTimeUs / 1e6 });
  }
  return offsetByShortestTrip(trips);
}

function toRow(sample: WireSample): SampleRow {
  return {
    meter: sample.meter,
    channel: sample.channel,
    node: sample.node ?? sample.meter,
    timeUs: sample.time_us,
    energyJoules: sample.energy_joules ?? undefined,
    flags: sample.flags ?? 0,
    gapUs: sample.gap_us ?? 0,
    missedCycles: sample.missed_cycles ?? 0,
    overrangeSamples: sample.overrange_samples ?? 0,
    shuntMicroohms: sample.shunt_uohm ?? 0,
    offsetLsb256: sample.offset_lsb256 ?? 0,
  };
}
