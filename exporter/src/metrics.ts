import { FLAGS } from '@power-harness/proto/codec';
import { Counter, Gauge, Registry } from 'prom-client';
import { type MeteredChannel } from './metered-channels.js';
import { type ReloadState } from './meters-reload.js';
import { type Reading } from './reading.js';

const CHANNEL = ['meter', 'channel'] as const;

type Value = (channel: MeteredChannel) => number | undefined;

/** A value with its labels. */
type Sample = [Record<string, string>, number];

/**
 * The metrics page. Every value is taken when it is scraped, synchronously, so that scrapes at once don't mix
 * and a channel that is gone leaves nothing behind. Text format only: a prom-client registry that has served
 * OpenMetrics strips `_total` from its names for good.
 */
export function createRegistry(
  channels: readonly MeteredChannel[],
  version: string,
  reload?: ReloadState,
): Registry {
  const registry = new Registry();
  const labels = ({ meter, channel }: MeteredChannel) => ({
    meter: meter.name,
    channel: String(channel),
  });

  const counter = (name: string, help: string, value: Value) =>
    counterOf(registry, name, help, CHANNEL, valuesOf(channels, labels, value));
  const gauge = (name: string, help: string, value: Value) =>
    gaugeOf(registry, name, help, CHANNEL, valuesOf(channels, labels, value));

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
  counterOf(
    registry,
    'power_meter_datagrams_invalid_total',
    'Datagrams that are no measurement, or none that can be true.',
    [...CHANNEL, 'reason'],
    () =>
      channels.flatMap((each) => {
        const { stream, foreign = 0 } = each.source;
        const counts = new Map<string, number>(stream?.counts.invalid);
        if (foreign > 0) counts.set('source', foreign);
        return [...counts].map(([reason, count]): Sample => [{ ...labels(each), reason }, count]);
      }),
  );
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
    values: () => Record<string, string>[],
  ) => gaugeOf(registry, name, help, labelNames, () => values().map((each): Sample => [each, 1]));
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
  info('power_meter_channel_info', 'What a channel feeds.', [...CHANNEL, 'node'], () =>
    channels.map((each) => ({ ...labels(each), node: each.node })),
  );
  if (reload) {
    gaugeOf(
      registry,
      'power_exporter_config_last_reload_successful',
      'Whether the meters file was taken when it was last read.',
      [],
      () => [[{}, reload.successful ? 1 : 0]],
    );
    gaugeOf(
      registry,
      'power_exporter_config_last_reload_success_timestamp_seconds',
      'When a meters file was last taken.',
      [],
      () => [[{}, reload.successSeconds]],
    );
  }
  info('power_exporter_build_info', 'The exporter.', ['version', 'nodejs'], () => [
    { version, nodejs: process.version },
  ]);
  firstGeneration(registry, channels, labels);
  return registry;
}

/**
 * The first exporter's names, so that its dashboards go on: without labels where one channel is served, as
 * they were.
 */
function firstGeneration(
  registry: Registry,
  channels: readonly MeteredChannel[],
  labels: (channel: MeteredChannel) => Record<string, string>,
): void {
  const alone = channels.length === 1;
  const labelNames = alone ? [] : CHANNEL;
  const own = alone ? () => ({}) : labels;
  counterOf(
    registry,
    'powerexporter_power_consumption_ampere_seconds_total',
    "Charge since the exporter started, in ampere-seconds (the first generation's name).",
    labelNames,
    valuesOf(channels, own, ({ latest }) => latest?.chargeCoulombs),
  );
  gaugeOf(
    registry,
    'powerexporter_current_ampere',
    "Current in amperes (the first generation's name); absent when the meter is silent.",
    labelNames,
    valuesOf(channels, own, (each) => {
      const now = fresh(each);
      return now?.currentAmperes === undefined ? undefined : Math.abs(now.currentAmperes);
    }),
  );
}

/** The value of every channel that has one. */
function valuesOf(
  channels: readonly MeteredChannel[],
  labels: (channel: MeteredChannel) => Record<string, string>,
  value: Value,
): () => Sample[] {
  return () =>
    channels.flatMap((each): Sample[] => {
      const now = value(each);
      return now === undefined ? [] : [[labels(each), now]];
    });
}

function counterOf(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  samples: () => Sample[],
): void {
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      empty(this);
      for (const [labels, value] of samples()) this.inc(labels, value);
    },
  });
}

function gaugeOf(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  samples: () => Sample[],
): void {
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      empty(this);
      for (const [labels, value] of samples()) this.set(labels, value);
    },
  });
}

function empty(metric: Counter | Gauge): void {
  metric.reset();
  metric.remove({}); // prom-client resets a metric without labels to a false 0
}

/** The latest reading, where it is not stale: nothing old is served as the present. */
function fresh({ source, latest }: MeteredChannel) {
  return source.fresh ? latest : undefined;
}

function protocol(latest: Reading | undefined): string {
  if (!latest) return 'unknown';
  return latest.firstGeneration ? '1' : '2';
}
