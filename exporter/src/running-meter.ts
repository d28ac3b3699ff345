import type { EventEmitter } from 'node:events';
import type { ChannelStream } from './channel-stream.js';
import type { Reading } from './reading.js';

export interface MeterEvents<R extends Reading = Reading> {
  reading: [R];
  /** Something that keeps readings from coming, in words; it goes on trying. */
  problem: [string];
}

/** What a channel's readings come from, and how that is. */
export interface ChannelSource {
  /** Whether the last reading is recent enough to be called the present. */
  readonly fresh: boolean;
  /** Times that what counts began anew. */
  readonly resets: number;
  /** How often this host's clock was set back. */
  readonly clockSetBack: number;
  /** What was counted of its datagrams, where it sends some. */
  readonly stream?: ChannelStream;
  /** Times that it was asked anew, since it had been silent. */
  readonly silences?: number;
  /** Datagrams that came from somewhere else. */
  readonly foreign?: number;
}

/** A meter, or sensors of this machine in its place: readings of its channels until it is closed. */
export interface RunningMeter extends Pick<EventEmitter<MeterEvents>, 'on'> {
  channel(channel: number): ChannelSource | undefined;
  close(): void;
}
