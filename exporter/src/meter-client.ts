import { EventEmitter } from 'node:events';
import type { ChannelStream } from './channel-stream.js';
import { ChannelSubscription } from './channel-subscription.js';
import type { Correction } from './correction.js';
import type { MeterReading } from './reading.js';
import type { MeterEvents, RunningMeter } from './running-meter.js';

export interface MeterClientOptions {
  /** Name or address. */
  host: string;
  port: number;
  /** 1 to 6. */
  channels: readonly number[];
  /** What a meter of ours is asked for; those of the first generation send each second. */
  intervalMs: number;
  /** For meters that send no voltage: without it they have no joules, only charge. */
  supplyVolts?: number;
  /** Of channels of the first generation. */
  corrections?: ReadonlyMap<number, Correction>;
  /** What of its channels goes on counting from another client. */
  streams?: ReadonlyMap<number, ChannelStream>;
}

/**
 * A first-generation meter mixes up requests that come at once: one overwrites the other before its task has read it.
 */
const APART_MS = 100;

/** One meter, real or twin: `reading` for every valid new datagram of its channels, until closed. */
export class MeterClient extends EventEmitter<MeterEvents<MeterReading>> implements RunningMeter {
  private readonly subscriptions = new Map<number, ChannelSubscription>();

  constructor({ channels, streams, corrections, ...options }: MeterClientOptions) {
    super();
    for (const [index, channel] of channels.entries()) {
      const correction = corrections?.get(channel);
      const subscription = new ChannelSubscription({
        ...options,
        channel,
        ...(correction ? { correction } : {}),
        stream: streams?.get(channel),
        delayMs: index * APART_MS,
        onReading: (reading) => this.emit('reading', reading),
        onProblem: (problem) => this.emit('problem', problem),
      });
      this.subscriptions.set(channel, subscription);
    }
  }

  /** The subscription of a channel, for what was counted of it. */
  channel(channel: number): ChannelSubscription | undefined {
    return this.subscriptions.get(channel);
  }

  /** Ends the streams; returns at once. */
  close(): void {
    for (const subscription of this.subscriptions.values()) subscription.close();
  }
}
