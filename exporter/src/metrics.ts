import { Counter, Gauge, Registry } from 'prom-client';
import { type MeteredChannel } from './metered-channels.js';

const CHANNEL = ['meter', 'channel'] as const;

type Value = (channel: MeteredChannel) => number | undefined;

/**
 * The metrics page. Every value is taken when it is scraped, synchronously, so that scrapes at once don't mix
 * and a channel that is gone leaves nothing behind. Text format only: a prom-client registry that has served
 * OpenMetrics strips `_total` from its names for good.
 */
export function createRegistry(channels: readonly MeteredChannel[], version: string): Registry {
  const registry = new Registry();
  const labels = ({ meter, channel }: MeteredChannel) => ({
    meter: meter.name,
    channel: String(channel),
  });

  const counter = (name: string, help: string, value: Value) =>
    new Counter({
      name,
      help,
      labelNames: CHANNEL,
      registers: [registry],
      collect() {
        this.reset();
        for (const each of channels) {
          const now = value(each);
          if (now !== undefined) this.inc(labels(each), now);
        }
      },
    });
  const gauge = (name: string, help: string, value: Value) =>
    new Gauge({
      name,
      help,
      labelNames: CHANNEL,
      registers: [registry],
      collect() {
        this.reset();
        for (const each of channels) {
          const now = value(each);
          if (now !== undefined) this.set(labels(each), now);
        }
      },
    });

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
    (each) => stream(each).counts.received,
  );
  counter(
    'power_meter_datagrams_lost_total',
    'Datagrams missing in the sequence; they lose no energy.',
    (each) => stream(each).lost,
  );
  new Counter({
    name: 'power_meter_datagrams_invalid_total',
    help: 'Datagrams that are no measurement, or none that can be true.',
    labelNames: [...CHANNEL, 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const each of channels) {
        for (const [reason, count] of stream(each).counts.invalid) {
          this.inc({ ...labels(each), reason }, count);
        }
        const { foreign } = subscription(each);
        if (foreign > 0) this.inc({ ...labels(each), reason: 'source' }, foreign);
      }
    },
  });
  counter(
    'power_meter_resets_total',
    'Reboots of the meter seen.',
    (each) => stream(each).counts.resets,
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
    'power_meter_clock_offset_seconds',
    "This host's clock less the meter's time since boot.",
    (each) => each.latest && stream(each).clock.offsetAtUs(0) / 1e6,
  );
  gauge(
    'power_meter_clock_drift_ratio',
    "Seconds this host's clock gains on the meter's in a second.",
    (each) => each.latest && stream(each).clock.drift,
  );
  gauge(
    'power_meter_boot_timestamp_seconds',
    "When the meter booted, by this host's clock.",
    ({ latest }) => latest && latest.bootTimeUs / 1e6,
  );
  info(registry, 'power_meter_info', 'The meter.', ['meter', 'host', 'protocol'], () =>
    [...new Map(channels.map((each) => [each.meter.name, each])).values()].map(
      ({ meter, latest }) => ({
        meter: meter.name,
        host: meter.host,
        protocol: latest ? (latest.firstGeneration ? '1' : '2') : 'unknown',
      }),
    ),
  );
  info(registry, 'power_meter_channel_info', 'What a channel feeds.', [...CHANNEL, 'node'], () =>
    channels.map((each) => ({ ...labels(each), node: each.node })),
  );
  info(registry, 'power_exporter_build_info', 'The exporter.', ['version', 'nodejs'], () => [
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
  const labelNames = alone ? [] : [...CHANNEL];
  const labelsOf = (each: MeteredChannel) => (alone ? {} : labels(each));
  new Counter({
    name: 'powerexporter_power_consumption_ampere_seconds_total',
    help: "Charge since the exporter started, in ampere-seconds (the first generation's name).",
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      if (alone) this.remove(); // prom-client resets a metric without labels to a false 0
      for (const each of channels) {
        if (each.latest) this.inc(labelsOf(each), each.latest.chargeCoulombs);
      }
    },
  });
  new Gauge({
    name: 'powerexporter_current_ampere',
    help: "Current in amperes (the first generation's name); absent when the meter is silent.",
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      if (alone) this.remove(); // prom-client resets a metric without labels to a false 0
      for (const each of channels) {
        const now = fresh(each);
        if (now) this.set(labelsOf(each), Math.abs(now.currentAmperes));
      }
    },
  });
}

function info(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  values: () => Record<string, string>[],
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const labels of values()) this.set(labels, 1);
    },
  });
}

/** The latest reading, where it is not stale: nothing old is served as the present. */
function fresh(each: MeteredChannel) {
  return subscription(each).fresh ? each.latest : undefined;
}

function subscription({ client, channel }: MeteredChannel) {
  return client.channel(channel)!;
}

function stream(each: MeteredChannel) {
  return subscription(each).stream;
}
