import type { ChannelStream } from './channel-stream.js';
import { HwmonSensor } from './hwmon-sensor.js';
import { LocalChannel, LocalMeter } from './local-meter.js';
import type { LocalSensor } from './local-sensor.js';
import { log } from './log.js';
import { MeterClient } from './meter-client.js';
import type {
  LocalMeterConfig,
  MeterChannel,
  MeterConfig,
  MetersFile,
  NetworkMeterConfig,
} from './meters-file.js';
import { RaplSensor } from './rapl-sensor.js';
import type { Reading } from './reading.js';
import type { ChannelSource, RunningMeter } from './running-meter.js';
import { SampleRing } from './sample-ring.js';

/** /samples reaches this far back. */
const KEPT_SECONDS = 900;

/** One channel of one meter: where it belongs, and what came of it. */
export interface MeteredChannel {
  meter: MeterConfig;
  channel: number;
  node: string;
  running: RunningMeter;
  source: ChannelSource;
  samples: SampleRing;
  latest: Reading | undefined;
}

/** The channels of a meters file, every meter being read; another file may come while it runs. */
export class MeteredChannels {
  private channels: MeteredChannel[] = [];

  /** @param sysfs - where sysfs is mounted, for sensors of this machine */
  constructor(private readonly sysfs: string) {}

  get all(): readonly MeteredChannel[] {
    return this.channels;
  }

  /** Goes over to a meters file. What stays in it goes on counting, what changed asks anew, what left it ends. */
  apply({ meters }: MetersFile): void {
    const before = this.channels;
    this.channels = meters.flatMap((meter) => {
      const own = before.filter((each) => each.meter.name === meter.name);
      return own.length > 0 && isSameStream(own, meter)
        ? renamed(own, meter)
        : started(own, meter, this.sysfs);
    });
    const kept = new Set(this.channels.map(({ running }) => running));
    for (const { running } of before) if (!kept.has(running)) running.close();
  }

  close(): void {
    for (const { running } of this.channels) running.close();
  }
}

/** Whether the same is read from the same place as before, whatever its channels feed. */
function isSameStream(own: readonly MeteredChannel[], meter: MeterConfig): boolean {
  const read = (config: MeterConfig, channels: readonly MeterChannel[]) =>
    JSON.stringify({
      ...config,
      channels: channels
        .map((channel) => ({ ...channel, node: undefined }))
        .sort((a, b) => a.channel - b.channel),
    });
  const { meter: before } = own[0]!;
  return read(before, before.channels) === read(meter, meter.channels);
}

function renamed(own: readonly MeteredChannel[], meter: MeterConfig): MeteredChannel[] {
  return meter.channels.map(({ channel, node }) => {
    const running = own.find((each) => each.channel === channel)!;
    return Object.assign(running, { meter, node });
  });
}

/** @param before - of a meter of this name, whose counters go on */
function started(
  before: readonly MeteredChannel[],
  meter: MeterConfig,
  sysfs: string,
): MeteredChannel[] {
  const running =
    meter.source === 'meter'
      ? openNetworkMeter(before, meter)
      : openLocalMeter(before, meter, sysfs);
  const own = meter.channels.map(({ channel, node }): MeteredChannel => {
    const was = before.find((each) => each.channel === channel);
    const sameInterval = was?.meter.intervalMs === meter.intervalMs;
    return {
      meter,
      channel,
      node,
      running,
      source: running.channel(channel)!,
      samples: sameInterval
        ? was.samples
        : new SampleRing(Math.ceil((KEPT_SECONDS * 1000) / meter.intervalMs)),
      latest: was?.latest,
    };
  });
  const ofChannel = new Map(own.map((each) => [each.channel, each]));
  running.on('reading', (reading) => keep(ofChannel.get(reading.channel)!, reading));
  reportOnce(running, meter.name);
  return own;
}

function openNetworkMeter(
  before: readonly MeteredChannel[],
  { channels, ...meter }: NetworkMeterConfig,
): RunningMeter {
  const was = before[0]?.meter;
  const another = was?.source !== 'meter' || was.host !== meter.host || was.port !== meter.port;
  const streams = new Map<number, ChannelStream>();
  for (const { channel, source } of before) {
    if (!source.stream) continue;
    if (another) source.stream.rebase();
    streams.set(channel, source.stream);
  }
  return new MeterClient({
    ...meter,
    channels: channels.map(({ channel }) => channel),
    corrections: new Map(
      channels.flatMap(({ channel, correction }) => (correction ? [[channel, correction]] : [])),
    ),
    streams,
  });
}

function openLocalMeter(
  before: readonly MeteredChannel[],
  { source, intervalMs, channels }: LocalMeterConfig,
  sysfs: string,
): RunningMeter {
  const sensors = channels.map(({ channel, zones, rail }): [number, () => LocalSensor] => [
    channel,
    () =>
      source === 'rapl' ? new RaplSensor(sysfs, zones) : new HwmonSensor(sysfs, rail!, intervalMs),
  ]);
  const goOn = before.flatMap((each): [number, LocalChannel][] =>
    each.source instanceof LocalChannel ? [[each.channel, each.source]] : [],
  );
  return new LocalMeter({ intervalMs, sensors: new Map(sensors), before: new Map(goOn) });
}

function keep(channel: MeteredChannel, reading: Reading): void {
  if (!channel.latest)
    log('info', 'First sample', { meter: channel.meter.name, channel: channel.channel });
  channel.latest = reading;
  if (reading.clockSetBack) {
    log('warn', 'The clock of this host was set back: /samples begins anew', {
      meter: channel.meter.name,
      channel: channel.channel,
    });
    channel.samples.clear();
  }
  channel.samples.add(reading);
}

/** The same problem over and over is one line. */
function reportOnce(running: RunningMeter, meter: string): void {
  let last = '';
  running.on('problem', (problem) => {
    if (problem !== last) log('warn', 'Meter problem', { meter, problem });
    last = problem;
  });
  running.on('reading', () => {
    last = '';
  });
}
