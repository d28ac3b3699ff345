import type { MeteredChannel } from './metered-channels.js';
import type { Sample } from './sample-ring.js';

export interface SamplesQuery {
  /** Unix microseconds, both included. */
  fromUs: number;
  toUs: number;
  format: 'ndjson' | 'csv';
}

export const CONTENT_TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' };

const CSV_HEADER =
  'meter,channel,node,time_us,energy_joules,flags,gap_us,missed_cycles,overrange_samples,shunt_uohm,offset_lsb256\n';

/** @returns a message where the query can't be */
export function parseSamplesQuery(query: URLSearchParams): SamplesQuery | string {
  const unknown = [...query.keys()].find((key) => !['from', 'to', 'format'].includes(key));
  if (unknown)
    return `there is no parameter '${unknown}'; there are from, to (Unix microseconds) and format`;
  const fromUs = time(query.get('from'), 0);
  const toUs = time(query.get('to'), Infinity);
  if (Number.isNaN(fromUs)) return `from must be Unix microseconds, not '${query.get('from')}'`;
  if (Number.isNaN(toUs)) return `to must be Unix microseconds, not '${query.get('to')}'`;
  const format = query.get('format') ?? 'ndjson';
  if (format !== 'ndjson' && format !== 'csv')
    return `format must be ndjson or csv, not '${format}'`;
  return { fromUs, toUs, format };
}

/** The samples of every channel, each channel's in the order of time. */
export function* samplesText(
  channels: readonly MeteredChannel[],
  { fromUs, toUs, format }: SamplesQuery,
): Generator<string> {
  if (format === 'csv') yield CSV_HEADER;
  const line = format === 'csv' ? csvLine : ndjsonLine;
  for (const channel of channels) {
    for (const sample of channel.samples.between(fromUs, toUs)) yield line(channel, sample);
  }
}

function ndjsonLine({ meter, channel, node }: MeteredChannel, sample: Sample): string {
  return `${JSON.stringify({
    meter: meter.name,
    channel,
    node,
    time_us: sample.timeUs,
    energy_joules: Number.isNaN(sample.energyJoules) ? null : sample.energyJoules,
    flags: sample.flags,
    gap_us: sample.gapUs,
    missed_cycles: sample.missedCycles,
    overrange_samples: sample.overrangeSamples,
    shunt_uohm: sample.shuntMicroohms,
    offset_lsb256: sample.offsetLsb256,
  })}\n`;
}

function csvLine({ meter, channel, node }: MeteredChannel, sample: Sample): string {
  const energy = Number.isNaN(sample.energyJoules) ? '' : sample.energyJoules;
  const { timeUs, flags, gapUs, missedCycles, overrangeSamples } = sample;
  const { shuntMicroohms, offsetLsb256 } = sample;
  const values = [timeUs, energy, flags, gapUs, missedCycles, overrangeSamples];
  return `${[quoted(meter.name), channel, quoted(node), ...values, shuntMicroohms, offsetLsb256].join(',')}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function time(text: string | null, absent: number): number {
  if (text === null) return absent;
  return /^\d{1,17}$/.test(text) ? Number(text) : NaN;
}
