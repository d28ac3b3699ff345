import type { MeterReading as Reading } from '@power-harness/exporter/reading';
import { MeterClient } from '@power-harness/exporter/meter-client';
import { UsageError } from '../errors.js';
import { plain } from '../report/quantity.js';
import { meterArgument, silentMeter } from './meter-argument.js';

/** A meter that says nothing for so long is not there. */
const SILENT_SECONDS = 5;
const EVERY_MS = 500;
const INTERVAL_MS = 200;

export interface WatchOptions {
  address: string;
  /** Such as `1,2`. */
  channels: string;
  /** Until interrupted where absent. */
  seconds?: number;
  supplyVolts?: number;
  print?: (text: string) => void;
  /** Rewrites the table in place. */
  live: boolean;
  interrupt: AbortSignal;
}

/** A channel as it was last heard of. */
export interface WatchedChannel {
  channel: number;
  voltage_volts: number | null;
  current_amperes: number;
  power_watts: number | null;
  /** Since the watch began. */
  energy_joules: number | null;
  flags: number;
}

/**
 * Follows a meter and prints its channels.
 * @throws UsageError for a wrong address or channel, EnergySourceError where nothing is heard
 */
export async function watchMeter(options: WatchOptions): Promise<WatchedChannel[]> {
  const address = meterArgument(options.address);
  const { supplyVolts } = options;
  const client = new MeterClient({
    ...address,
    channels: parseChannels(options.channels),
    intervalMs: INTERVAL_MS,
    ...(supplyVolts === undefined ? {} : { supplyVolts }),
  });
  const latest = new Map<number, Reading>();
  let problem = '';
  client.on('reading', (reading) => latest.set(reading.channel, reading));
  client.on('problem', (text) => (problem = text));
  const endMs = performance.now() + (options.seconds ?? Infinity) * 1000;
  const silentMs = performance.now() + SILENT_SECONDS * 1000;
  try {
    for (let lines = 0; performance.now() < endMs && !options.interrupt.aborted;) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      if (latest.size === 0) {
        if (performance.now() > silentMs) break;
        continue;
      }
      const text = table([...latest.values()]);
      options.print?.(options.live && lines > 0 ? `\u001b[${lines}A${text}` : text);
      lines = text.split('\n').length - 1;
    }
    if (latest.size === 0 && !options.interrupt.aborted) {
      throw silentMeter(address, problem);
    }
    return [...latest.values()].sort((a, b) => a.channel - b.channel).map(toDocument);
  } finally {
    client.close();
  }
}

function parseChannels(list: string): number[] {
  const channels = list.split(',').map(Number);
  if (channels.every((channel) => Number.isInteger(channel) && channel >= 1 && channel <= 6)) {
    return [...new Set(channels)];
  }
  throw new UsageError(
    'FLAG_VALUE',
    `--channels takes numbers from 1 to 6, not '${list}'.`,
    'Such as --channels 1,2',
  );
}

function table(readings: Reading[]): string {
  const cell = (value: number | undefined, digits: number) =>
    (value === undefined ? '–' : plain(value, digits)).padStart(10);
  const rows = readings
    .sort((a, b) => a.channel - b.channel)
    .map(
      (reading) =>
        `${String(reading.channel).padStart(7)}${cell(reading.voltageVolts, 4)}${cell(reading.currentAmperes, 4)}` +
        `${cell(reading.powerWatts, 4)}${cell(reading.energyJoules, 5)}  ${flagNames(reading.flags)}\n`,
    );
  return `channel     volts   amperes     watts    joules\n${rows.join('')}`;
}

function flagNames(flags: number): string {
  const names = [
    'overrange',
    'gap',
    'sensor offline',
    'reversed',
    'critical',
    'warning',
    'calibrated',
    'calibration open',
  ];
  return names.filter((_, bit) => flags & (1 << bit)).join(', ');
}

function toDocument(reading: Reading): WatchedChannel {
  return {
    channel: reading.channel,
    voltage_volts: reading.voltageVolts ?? null,
    current_amperes: reading.currentAmperes,
    power_watts: reading.powerWatts ?? null,
    energy_joules: reading.energyJoules ?? null,
    flags: reading.flags,
  };
}
