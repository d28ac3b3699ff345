import { Registry } from 'prom-client';
import { CHANNEL_METRICS, valuesOf, type LabelledChannel } from './channel-metrics.js';
import { firstGenerationMetrics } from './first-generation-metrics.js';
import type { MeteredChannel } from './metered-channels.js';
import type { ReloadState } from './meters-reload.js';
import {
  registerScraped,
  sample,
  type Labels,
  type Metric,
  type Sample,
} from './scraped-metric.js';

/**
 * The metrics page. Text format only: a prom-client registry that has served OpenMetrics strips `_total` from its
 * names for good.
 */
export function createRegistry(
  channels: readonly MeteredChannel[],
  version: string,
  reload?: ReloadState,
): Registry {
  const registry = new Registry();
  for (const metric of exporterMetrics(channels, version, reload))
    registerScraped(registry, metric);
  return registry;
}

/** Every metric of the page, in its order. */
function exporterMetrics(
  channels: readonly MeteredChannel[],
  version: string,
  reload?: ReloadState,
): Metric[] {
  const labelled = channels.map((each): LabelledChannel => [each, labelsOf(each)]);
  const build = { version, nodejs: process.version };
  return [
    ...CHANNEL_METRICS.map(([type, name, help, value]): Metric => ({
      type,
      name,
      help,
      samples: () => valuesOf(labelled, value),
    })),
    invalidDatagrams(channels),
    info('power_meter_info', 'The meter.', () => meterLabels(channels)),
    info(
      'power_meter_channel_info',
      'What a channel feeds.',
      constant(channels.map((each) => ({ ...labelsOf(each), node: each.node }))),
    ),
    ...(reload ? reloadMetrics(reload) : []),
    info('power_exporter_build_info', 'The exporter.', constant([build])),
    ...firstGenerationMetrics(labelled),
  ];
}

const labelsOf = ({ meter, channel }: MeteredChannel) => ({
  meter: meter.name,
  channel: String(channel),
});

function invalidDatagrams(channels: readonly MeteredChannel[]): Metric {
  return {
    type: 'counter',
    name: 'power_meter_datagrams_invalid_total',
    help: 'Datagrams that are no measurement, or none that can be true.',
    samples: () =>
      channels.flatMap((each) => {
        const { stream, foreign } = each.source;
        const counts = new Map<string, number>(stream?.counts.invalid);
        if (foreign) counts.set('source', foreign);
        return [...counts].map(([reason, count]) => sample({ ...labelsOf(each), reason }, count));
      }),
  };
}

/** A gauge of 1 whose labels are what it says. */
function info(name: string, help: string, samples: Metric['samples']): Metric {
  return { type: 'gauge', name, help, samples };
}

function constant(labels: readonly Labels[]): () => readonly Sample[] {
  const samples = labels.map((each) => sample(each, 1));
  return () => samples;
}

function meterLabels(channels: readonly MeteredChannel[]): Sample[] {
  const meters = new Map(channels.map((each) => [each.meter.name, each]));
  return [...meters.values()].map(({ meter, latest }) => {
    const [host, protocol] =
      meter.source === 'meter'
        ? [meter.host, !latest ? 'unknown' : latest.firstGeneration ? '1' : '2']
        : ['localhost', meter.source];
    return sample({ meter: meter.name, host, protocol }, 1);
  });
}

function reloadMetrics(reload: ReloadState): Metric[] {
  return [
    {
      type: 'gauge',
      name: 'power_exporter_config_last_reload_successful',
      help: 'Whether the meters file was taken when it was last read.',
      samples: () => [sample({}, reload.successful ? 1 : 0)],
    },
    {
      type: 'gauge',
      name: 'power_exporter_config_last_reload_success_timestamp_seconds',
      help: 'When a meters file was last taken.',
      samples: () => [sample({}, reload.successSeconds)],
    },
  ];
}
