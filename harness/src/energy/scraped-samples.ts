import { FLAGS } from '@power-harness/proto/codec';
import type { SampleRow } from './energy-source.js';
import type { PrometheusSeries } from './prometheus-client.js';

/** What of an exporter's metrics makes a sample. */
export const SCRAPED_SELECTOR =
  '{__name__=~"power_meter_(energy_joules_total|last_sample_timestamp_seconds|gap_seconds_total|missed_cycles_total|' +
  'overrange_samples_total|shunt_ohms|calibrated|channel_info)"}';

/** One scrape of a channel. */
export interface ScrapedSample extends SampleRow {
  /** When Prometheus scraped, by its clock. */
  scrapedSeconds: number;
}

/**
 * Samples from what Prometheus stored of exporters. The values of one scrape belong together: its energy was there when
 * the last sample was taken, whose time is among them, whenever the scrape was. By time; one for each sample.
 */
export function scrapedSamples(series: readonly PrometheusSeries[]): ScrapedSample[] {
  const channels = new Map<string, Map<string, PrometheusSeries>>();
  for (const each of series) {
    const { __name__: name = '', instance = '', meter = '', channel = '' } = each.labels;
    const key = [instance, meter, channel].join('\n');
    const own = channels.get(key) ?? new Map<string, PrometheusSeries>();
    channels.set(key, own.set(name.replace('power_meter_', ''), each));
  }
  return [...channels.values()].flatMap(channelSamples).sort((a, b) => a.timeUs - b.timeUs);
}

function channelSamples(metrics: ReadonlyMap<string, PrometheusSeries>): ScrapedSample[] {
  const info = metrics.get('channel_info')?.labels;
  const times = metrics.get('last_sample_timestamp_seconds');
  if (!info || !times) return [];
  const at = (name: string) => new Map(metrics.get(name)?.values ?? []);
  const energy = at('energy_joules_total');
  const gap = at('gap_seconds_total');
  const missed = at('missed_cycles_total');
  const overrange = at('overrange_samples_total');
  const shunt = at('shunt_ohms');
  const calibrated = at('calibrated');
  const rows = times.values.map(([scrapedSeconds, sampleSeconds]) => ({
    scrapedSeconds,
    meter: info['meter'] ?? '',
    channel: Number(info['channel']),
    // A label that Prometheus sets itself pushes the exporter's own aside.
    node: info['exported_node'] ?? info['node'] ?? '',
    timeUs: Math.round(sampleSeconds * 1e6),
    energyJoules: energy.get(scrapedSeconds),
    flags: calibrated.get(scrapedSeconds) === 1 ? FLAGS.calibrated : 0,
    gapUs: Math.round((gap.get(scrapedSeconds) ?? 0) * 1e6),
    missedCycles: missed.get(scrapedSeconds) ?? 0,
    overrangeSamples: overrange.get(scrapedSeconds) ?? 0,
    shuntMicroohms: Math.round((shunt.get(scrapedSeconds) ?? 0) * 1e6),
    offsetLsb256: 0,
  }));
  return rows.filter((row, i) => i === 0 || row.timeUs > rows[i - 1]!.timeUs);
}
