import { FLAGS } from '@power-harness/proto/codec';
import { Registry } from 'prom-client';
import { type MeteredChannel } from './metered-channels.js';
import { type ReloadState } from './meters-reload.js';
import { type Reading } from './reading.js';
import { registerScraped, type Labels, type Sample } from './scraped-metric.js';

const CHANNEL = ['meter', 'channel'] as const;

type Value = (channel: MeteredChannel) => number | undefined;
type LabelledChannel = readonly [MeteredChannel, Labels];

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
  const labelled = channels.map((each): LabelledChannel => [
    each,
    { meter: each.meter.name, channel: String(each.channel) },
  ]);
  const ofChannels = (type: 'counter' | 'gauge') => (name: string, help: string, value: Value) =>
    registerScraped(registry, {
      type,
      name,
      help,
      labelNames: CHANNEL,
      samples: () => valuesOf(labelled, value),
    });
  const counter = ofChannels('counter');
  const gauge = ofChannels('gauge');

  counter(
    'power_meter_energy_joules_total',
    "Energy since the exporter started, the meter's reboots joined.",
    ({ latest }) => latest?.energyJoules,
  );
  counter(
    'power_meter_charge_coulombs_total',
    "Charge since the exporter started, the meter's reboots joined.",
    ({ latest }) => latest?.chargeCoulombs,
  );
  gauge(
    'power_meter_power_watts',
    'Power; absent when the meter is silent.',
    (each) => fresh(each)?.powerWatts,
  );
  gauge(
    'power_meter_voltage_volts',
    "Voltage at the load's side of the shunt; absent when the meter is silent.",
    (each) => fresh(each)?.voltageVolts,
  );
  gauge(
    'power_meter_current_amperes',
    'Current; absent when the meter is silent.',
    (each) => fresh(each)?.currentAmperes,
  );
  gauge('power_meter_up', 'Whether the channel sends.', (each) => (fresh(each) ? 1 : 0));
  gauge(
    'power_meter_last_sample_timestamp_seconds',
    "When the last sample was taken, by this host's clock.",
    ({ latest }) => latest && latest.timeUs / 1e6,
  );
  counter(
    'power_meter_datagrams_received_total',
    'Datagrams received from the meter.',
    ({ source }) => source.stream?.counts.received,
  );
  counter(
    'power_meter_datagrams_lost_total',
    'Datagrams missing in the sequence; they lose no energy.',
    ({ source }) => source.stream?.lost,
  );
  registerScraped(registry, {
    type: 'counter',
    name: 'power_meter_datagrams_invalid_total',
    help: 'Datagrams that are no measurement, or none that can be true.',
    labelNames: [...CHANNEL, 'reason'],
    samples: () =>
      labelled.flatMap(([{ source }, labels]) => {
        const counts = new Map<string, number>(source.stream?.counts.invalid);
        if (source.foreign) counts.set('source', source.foreign);
        return [...counts].map(([reason, count]): Sample => [{ ...labels, reason }, count]);
      }),
  });
  counter('power_meter_resets_total', 'Reboots of the meter seen.', ({ source }) => source.resets);
  counter(
    'power_meter_clock_set_back_total',
    "How often this host's clock was set back; /samples begins anew then.",
    ({ source }) => source.clockSetBack,
  );
  counter(
    'power_meter_gap_seconds_total',
    'Time the meter did not integrate; its energy is missing.',
    ({ latest }) => latest && latest.gapUs / 1e6,
  );
  counter(
    'power_meter_missed_cycles_total',
    "Conversions of the meter's sensor that it did not read.",
    ({ latest }) => latest?.missedCycles,
  );
  counter(
    'power_meter_overrange_samples_total',
    "Samples at the end of the sensor's range: the true energy is higher.",
    ({ latest }) => latest?.overrangeSamples,
  );
  counter(
    'power_meter_sensor_errors_total',
    "Failed readings of the meter's sensor.",
    ({ latest }) => latest?.sensorErrors,
  );
  gauge(
    'power_meter_shunt_ohms',
    'What the meter takes its shunt to be, calibration included.',
    ({ latest }) => latest && (latest.shuntMicroohms / 1e6 || undefined),
  );
  gauge(
    'power_meter_calibrated',
    'Whether the channel was calibrated with known loads.',
    ({ latest }) => latest && (latest.flags & FLAGS.calibrated ? 1 : 0),
  );
  gauge(
    'power_meter_clock_offset_seconds',
    "This host's clock less the meter's time since boot.",
    ({ latest, source: { stream } }) => latest && stream && stream.clock.offsetAtUs(0) / 1e6,
  );
  gauge(
    'power_meter_clock_drift_ratio',
    "Seconds this host's clock gains on the meter's in a second.",
    ({ latest, source }) => latest && source.stream?.clock.drift,
  );
  gauge(
    'power_meter_boot_timestamp_seconds',
    "When the meter booted, by this host's clock.",
    ({ latest }) => latest?.bootTimeUs && latest.bootTimeUs / 1e6,
  );
  const info = (
    name: string,
    help: string,
    labelNames: readonly string[],
    values: () => readonly Labels[],
  ) =>
    registerScraped(registry, {
      type: 'gauge',
      name,
      help,
      labelNames,
      samples: () => values().map((each): Sample => [each, 1]),
    });
  info('power_meter_info', 'The meter.', ['meter', 'host', 'protocol'], () =>
    [...new Map(channels.map((each) => [each.meter.name, each])).values()].map(
      ({ meter, latest }) => ({
        meter: meter.name,
        ...(meter.source === 'meter'
          ? { host: meter.host, protocol: protocol(latest) }
          : { host: 'localhost', protocol: meter.source }),
      }),
    ),
  );
  const nodes = labelled.map(([{ node }, labels]): Labels => ({ ...labels, node }));
  info('power_meter_channel_info', 'What a channel feeds.', [...CHANNEL, 'node'], () => nodes);
  if (reload) reloadMetrics(registry, reload);
  const build = [{ version, nodejs: process.version }];
  info('power_exporter_build_info', 'The exporter.', ['version', 'nodejs'], () => build);
  firstGeneration(registry, labelled);
  return registry;
}

function reloadMetrics(registry: Registry, reload: ReloadState): void {
  const gauge = (name: string, help: string, value: () => number) =>
    registerScraped(registry, { type: 'gauge', name, help, samples: () => [[{}, value()]] });
  gauge(
    'power_exporter_config_last_reload_successful',
    'Whether the meters file was taken when it was last read.',
    () => (reload.successful ? 1 : 0),
  );
  gauge(
    'power_exporter_config_last_reload_success_timestamp_seconds',
    'When a meters file was last taken.',
    () => reload.successSeconds,
  );
}

/**
 * The first exporter's names, so that its dashboards go on: without labels where one channel is served, as
 * they were.
 */
function firstGeneration(registry: Registry, labelled: readonly LabelledChannel[]): void {
  const alone = labelled.length === 1;
  const labelNames = alone ? [] : CHANNEL;
  const own = alone ? labelled.map(([each]): LabelledChannel => [each, {}]) : labelled;
  registerScraped(registry, {
    type: 'counter',
    name: 'powerexporter_power_consumption_ampere_seconds_total',
    help: "Charge since the exporter started, in ampere-seconds (the first generation's name).",
    labelNames,
    samples: () => valuesOf(own, ({ latest }) => latest?.chargeCoulombs),
  });
  registerScraped(registry, {
    type: 'gauge',
    name: 'powerexporter_current_ampere',
    help: "Current in amperes (the first generation's name); absent when the meter is silent.",
    labelNames,
    samples: () =>
      valuesOf(own, (each) => {
        const amperes = fresh(each)?.currentAmperes;
        return amperes === undefined ? undefined : Math.abs(amperes);
      }),
  });
}

/** The value of every channel that has one. */
function valuesOf(labelled: readonly LabelledChannel[], value: Value): Sample[] {
  const samples: Sample[] = [];
  for (const [each, labels] of labelled) {
    const now = value(each);
    if (now !== undefined) samples.push([labels, now]);
  }
  return samples;
}

/** The latest reading, where it is not stale: nothing old is served as the present. */
function fresh({ source, latest }: MeteredChannel) {
  return source.fresh ? latest : undefined;
}

function protocol(latest: Reading | undefined): string {
  if (!latest) return 'unknown';
  return latest.firstGeneration ? '1' : '2';
}
