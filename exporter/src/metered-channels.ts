import { type ChannelStream, type Reading } from './channel-stream.js';
import { log } from './log.js';
import { MeterClient } from './meter-client.js';
import { type MeterConfig, type MetersFile } from './meters-file.js';
import { SampleRing } from './sample-ring.js';

/** /samples reaches this far back. */
const KEPT_SECONDS = 900;

/** One channel of one meter: where it belongs, and what came of it. */
export interface MeteredChannel {
  meter: MeterConfig;
  channel: number;
  node: string;
  client: MeterClient;
  samples: SampleRing;
  latest: Reading | undefined;
}

/** The channels of a meters file, with a client for every meter; another file may come while it runs. */
export class MeteredChannels {
  private running: MeteredChannel[] = [];

  get all(): readonly MeteredChannel[] {
    return this.running;
  }

  /** Goes over to a meters file. What stays in it goes on counting, what changed asks anew, what left it ends. */
  apply({ meters }: MetersFile): void {
    const before = this.running;
    this.running = meters.flatMap((meter) => {
      const own = before.filter((each) => each.meter.name === meter.name);
      return own.length > 0 && isSameStream(own, meter) ? renamed(own, meter) : started(own, meter);
    });
    const kept = new Set(this.running.map(({ client }) => client));
    for (const { client } of before) if (!kept.has(client)) client.close();
  }

  close(): void {
    for (const { client } of this.running) client.close();
  }
}

/** Whether the meter is asked for the same as before, whatever its channels feed. */
function isSameStream(own: readonly MeteredChannel[], meter: MeterConfig): boolean {
  const asked = ({ host, port, intervalMs, supplyVolts }: MeterConfig, channels: number[]) =>
    JSON.stringify([host, port, intervalMs, supplyVolts, channels.sort()]);
  return (
    asked(
      own[0]!.meter,
      own.map(({ channel }) => channel),
    ) ===
    asked(
      meter,
      meter.channels.map(({ channel }) => channel),
    )
  );
}

function renamed(own: readonly MeteredChannel[], meter: MeterConfig): MeteredChannel[] {
  return meter.channels.map(({ channel, node }) => {
    const running = own.find((each) => each.channel === channel)!;
    return Object.assign(running, { meter, node });
  });
}

/** @param before - of a meter of this name, whose counters go on */
function started(before: readonly MeteredChannel[], meter: MeterConfig): MeteredChannel[] {
  const another = before[0]?.meter.host !== meter.host || before[0]?.meter.port !== meter.port;
  const streams = new Map<number, ChannelStream>();
  for (const { channel, client } of before) {
    const { stream } = client.channel(channel)!;
    if (another) stream.rebase();
    streams.set(channel, stream);
  }
  const client = new MeterClient({
    ...meter,
    channels: meter.channels.map(({ channel }) => channel),
    streams,
  });
  const own = meter.channels.map(({ channel, node }): MeteredChannel => {
    const was = before.find((each) => each.channel === channel);
    const sameInterval = was?.meter.intervalMs === meter.intervalMs;
    return {
      meter,
      channel,
      node,
      client,
      samples: sameInterval
        ? was.samples
        : new SampleRing(Math.ceil((KEPT_SECONDS * 1000) / meter.intervalMs)),
      latest: was?.latest,
    };
  });
  const ofChannel = new Map(own.map((each) => [each.channel, each]));
  client.on('reading', (reading) => keep(ofChannel.get(reading.channel)!, reading));
  reportOnce(client, meter.name);
  return own;
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
  channel.samples.add({ ...reading, energyJoules: reading.energyJoules ?? NaN });
}

/** The same problem over and over is one line. */
function reportOnce(client: MeterClient, meter: string): void {
  let last = '';
  client.on('problem', (problem) => {
    if (problem !== last) log('warn', 'Meter problem', { meter, problem });
    last = problem;
  });
  client.on('reading', () => {
    last = '';
  });
}
