import { request } from 'undici';
import { EnergySourceError } from '../errors.js';
import { type SampleRow } from './energy-source.js';

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
export async function fetchSamples(exporterUrl: string, fromUs: number): Promise<SamplesAnswer> {
  try {
    const { statusCode, headers, body } = await request(`${exporterUrl}/samples`, {
      query: { from: Math.floor(fromUs) + 1 },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode}: ${text.trim()}`);
    const rows = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => toRow(JSON.parse(line) as WireSample));
    return { rows, exporterTimeUs: Number(headers['x-exporter-time-us']) };
  } catch (error) {
    throw new EnergySourceError(
      'EXPORTER_UNREACHABLE',
      `The exporter at ${exporterUrl} gives no samples: ${(error as Error).message}`,
      'Its log is exporter.log in the run directory, if the bench started it.',
      { cause: error },
    );
  }
}

/** The exporter's clock less ours: the shortest round trip's is the surest. */
export async function measureClockOffset(exporterUrl: string, trips = 5): Promise<number> {
  let best = { tripMs: Infinity, offsetSeconds: 0 };
  for (let n = 0; n < trips; n++) {
    const before = Date.now();
    const start = performance.now();
    const { exporterTimeUs } = await fetchSamples(exporterUrl, Date.now() * 1000 + 1e12);
    const tripMs = performance.now() - start;
    if (tripMs < best.tripMs) {
      best = { tripMs, offsetSeconds: exporterTimeUs / 1e6 - (before + tripMs / 2) / 1000 };
    }
  }
  return best.offsetSeconds;
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
