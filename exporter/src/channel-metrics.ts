import { FLAGS } from '@power-harness/proto/codec';
import type { MeteredChannel } from './metered-channels.js';
import { sample, type Labels, type Metric, type Sample } from './scraped-metric.js';

/** A channel's value at the moment; undefined where it has none. */
type Value = (channel: MeteredChannel) => number | undefined;
export type LabelledChannel = readonly [MeteredChannel, labels: Labels];

/** The value of every channel that has one. */
export function valuesOf(labelled: readonly LabelledChannel[], value: Value): Sample[] {
  const samples: Sample[] = [];
  for (const [each, labels] of labelled) {
    const now = value(each);
    if (now !== undefined) samples.push(sample(labels, now));
  }
  return samples;
}

/** The latest reading, where it is not stale: nothing old is served as the present. */
export function fresh({ source, latest }: MeteredChannel) {
  return source.fresh ? latest : undefined;
}

/** Of every channel, in their order on the page. */
export const CHANNEL_METRICS: readonly [Metric['type'], string, string, Value][] = [
  [
    'counter',
    'power_meter_energy_joules_total',
    "Energy since the exporter started, the meter's reboots joined.",
    ({ latest }) => latest?.energyJoules,
  ],
  [
    'counter',
    'power_meter_charge_coulombs_total',
    "Charge since the exporter started, the meter's reboots joined.",
    ({ latest }) => latest?.chargeCoulombs,
  ],
  [
    'gauge',
    'power_meter_power_watts',
    'Power; absent when the meter is silent.',
    (each) => fresh(each)?.powerWatts,
  ],
  [
    'gauge',
    'power_meter_voltage_volts',
    "Voltage at the load's side of the shunt; absent when the meter is silent.",
    (each) => fresh(each)?.voltageVolts,
  ],
  [
    'gauge',
    'power_meter_current_amperes',
    'Current; absent when the meter is silent.',
    (each) => fresh(each)?.currentAmperes,
  ],
  ['gauge', 'power_meter_up', 'Whether the channel sends.', (each) => (fresh(each) ? 1 : 0)],
  [
    'gauge',
    'power_meter_last_sample_timestamp_seconds',
    "When the last sample was taken, by this host's clock.",
    ({ latest }) => latest && latest.timeUs / 1e6,
  ],
  [
    'counter',
    'power_meter_datagrams_received_total',
    'Datagrams received from the meter.',
    ({ source }) => source.stream?.counts.received,
  ],
  [
    'counter',
    'power_meter_datagrams_lost_total',
    'Datagrams missing in the sequence; they lose no energy.',
    ({ source }) => source.stream?.lost,
  ],
  [
    'counter',
    'power_meter_datagrams_duplicate_total',
    'Datagrams that came again; they change nothing.',
    ({ source }) => source.stream?.duplicates,
  ],
  [
    'counter',
    'power_meter_datagrams_late_total',
    'Datagrams that came after a later one; they change nothing.',
    ({ source }) => source.stream?.late,
  ],
  [
    'counter',
    'power_meter_silences_total',
    'Times that a channel which had sent was asked anew, since it was silent.',
    ({ source }) => source.silences,
  ],
  [
    'counter',
    'power_meter_resets_total',
    'Reboots of the meter seen.',
    ({ source }) => source.resets,
  ],
  [
    'counter',
    'power_meter_clock_set_back_total',
    "How often this host's clock was set back; /samples begins anew then.",
    ({ source }) => source.clockSetBack,
  ],
  [
    'counter',
    'power_meter_gap_seconds_total',
    'Time the meter did not integrate; its energy is missing.',
    ({ latest }) => latest && latest.gapUs / 1e6,
  ],
  [
    'counter',
    'power_meter_missed_cycles_total',
    "Conversions of the meter's sensor that it did not read.",
    ({ latest }) => latest?.missedCycles,
  ],
  [
    'counter',
    'power_meter_overrange_samples_total',
    "Samples at the end of the sensor's range: the true energy is higher.",
    ({ latest }) => latest?.overrangeSamples,
  ],
  [
    'counter',
    'power_meter_sensor_errors_total',
    "Failed readings of the meter's sensor.",
    ({ latest }) => latest?.sensorErrors,
  ],
  [
    'gauge',
    'power_meter_shunt_ohms',
    'What the meter takes its shunt to be, calibration included.',
    ({ latest }) => latest && (latest.shuntMicroohms / 1e6 || undefined),
  ],
  [
    'gauge',
    'power_meter_calibrated',
    'Whether the channel was calibrated with known loads.',
    ({ latest }) => latest && (latest.flags & FLAGS.calibrated ? 1 : 0),
  ],
  [
    'gauge',
    'power_meter_clock_offset_seconds',
    "This host's clock less the meter's time since boot.",
    ({ latest, source: { stream } }) => latest && stream && stream.clock.offsetAtUs(0) / 1e6,
  ],
  [
    'gauge',
    'power_meter_clock_drift_ratio',
    "Seconds this host's clock gains on the meter's in a second.",
    ({ latest, source }) => latest && source.stream?.clock.drift,
  ],
  [
    'gauge',
    'power_meter_boot_timestamp_seconds',
    "When the meter booted, by this host's clock.",
    ({ latest }) => latest?.bootTimeUs && latest.bootTimeUs / 1e6,
  ],
];
