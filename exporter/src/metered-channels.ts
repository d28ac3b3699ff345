import { type Reading } from './channel-stream.js';
import { MeterClient } from './meter-client.js';
import { type MeterConfig, type MetersFile } from './meters-file.js';
import { SampleRing } from './sample-ring.js';
import { log } from './log.js';

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

/** Starts a client for every meter of the file; `close` ends them. */
export function meterChannels({ meters }: MetersFile): {
  channels: MeteredChannel[];
  close: () => void;
} {
  const clients: MeterClient[] = [];
  const channels = meters.flatMap((meter) => {
    const client = new MeterClient({
      ...meter,
      channels: meter.channels.map(({ channel }) => channel),
    });
    clients.push(client);
    const own = meter.channels.map(({ channel, node }): MeteredChannel => {
      const samples = new SampleRing(Math.ceil((KEPT_SECONDS * 1000) / meter.intervalMs));
      return { meter, channel, node, client, samples, latest: undefined };
    });
    const ofChannel = new Map(own.map((each) => [each.channel, each]));
    client.on('reading', (reading) => keep(ofChannel.get(reading.channel)!, reading));
    reportOnce(client, meter.name);
    return own;
  });
  return { channels, close: () => clients.forEach((client) => client.close()) };
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
