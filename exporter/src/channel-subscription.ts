import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { encodeRequest, type Calibration, type Subscription } from '@power-harness/proto/codec';
import { ChannelStream } from './channel-stream.js';
import type { Correction } from './correction.js';
import { hostTimeUs } from './host-clock.js';
import type { MeterReading } from './reading.js';
import type { ChannelSource } from './running-meter.js';

const LEASE_SECONDS = 30;
/** Clients renew at a third of the lease, not all at once. */
const RENEWAL_JITTER = 0.2;
/** A stream is silent after so many intervals, and not before so many milliseconds. */
const SILENT_INTERVALS = 3;
const LEAST_SILENCE_MS = 1500;
const FIRST_GENERATION_INTERVAL_MS = 1000;
const BACK_OFF_MS = { first: 250, longest: 15_000 };
/** A challenge is answered at once, but not for ever. */
const CHALLENGES_PER_REQUEST = 3;

export interface SubscriptionOptions {
  /** Name or address; names are resolved anew at every subscription. */
  host: string;
  port: number;
  channel: number;
  intervalMs: number;
  supplyVolts?: number;
  correction?: Correction;
  /** Goes on counting; a new one where undefined. */
  stream: ChannelStream | undefined;
  /** Before the first request. */
  delayMs: number;
  onReading: (reading: MeterReading) => void;
  onProblem: (problem: string) => void;
}

/**
 * Keeps one channel's stream alive: asks, answers the challenge, renews the lease, and asks again, every
 * address in turn, when the meter is silent. It has a socket of its own, since datagrams of the first
 * generation don't say their channel.
 */
export class ChannelSubscription implements ChannelSource {
  readonly stream: ChannelStream;
  private socket: Socket | undefined;
  private peer: { address: string; family: 4 | 6 } | undefined;
  private turn = 0;
  private token = 0;
  private challenges = 0;
  private backOffMs = BACK_OFF_MS.first;
  private timer: NodeJS.Timeout | undefined;
  private renewal: NodeJS.Timeout | undefined;
  private heardMs = -Infinity;
  private firstGeneration = false;
  private closed = false;
  /** Whether it has sent since it was asked. */
  private streaming = false;
  silences = 0;
  foreign = 0;

  constructor(private readonly options: SubscriptionOptions) {
    this.stream = options.stream ?? new ChannelStream(options.channel);
    this.stream.configure(options.supplyVolts, options.correction);
    this.askAgainAfter(options.delayMs);
  }

  /** Whether the last datagram is recent enough to be called the present. */
  get fresh(): boolean {
    return performance.now() - this.heardMs < this.silenceMs;
  }

  get resets(): number {
    return this.stream.counts.resets;
  }

  get clockSetBack(): number {
    return this.stream.times.setBack;
  }

  get address(): string | undefined {
    return this.peer?.address;
  }

  /** Asks the meter to read the channel so from now on; readings show whether it does. */
  calibrate(calibration: Calibration): void {
    this.challenges = 0;
    this.send({ calibration });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.renewal);
    const { socket } = this;
    if (!socket) return;
    // A meter of the first generation would take a goodbye for another request.
    const heard = this.heardMs > -Infinity;
    if (this.peer && heard && !this.firstGeneration)
      this.send({ cancel: true }, () => socket.close());
    else socket.close();
  }

  private get silenceMs(): number {
    const interval = this.firstGeneration ? FIRST_GENERATION_INTERVAL_MS : this.options.intervalMs;
    return Math.max(LEAST_SILENCE_MS, SILENT_INTERVALS * interval);
  }

  private async subscribe(): Promise<void> {
    const { host } = this.options;
    if (this.streaming) this.silences++;
    this.streaming = false;
    try {
      const addresses = await lookup(host, { all: true });
      const { address, family } = addresses[this.turn++ % addresses.length]!;
      if (this.closed || this.streaming) return; // it has sent meanwhile
      this.open({ address, family: family === 6 ? 6 : 4 });
      this.challenges = 0;
      this.send();
    } catch (error) {
      this.options.onProblem(`${host} can't be resolved: ${(error as Error).message}`);
    }
    this.askAgainAfter(Math.max(this.backOffMs, this.silenceMs) * (0.75 + Math.random() / 2));
    this.backOffMs = Math.min(BACK_OFF_MS.longest, this.backOffMs * 2);
  }

  private open(peer: { address: string; family: 4 | 6 }): void {
    if (this.socket && this.peer?.family === peer.family) {
      this.peer = peer;
      return;
    }
    this.socket?.close();
    this.peer = peer;
    this.socket = createSocket(peer.family === 6 ? 'udp6' : 'udp4');
    this.socket.on('message', (bytes, from) => this.receive(bytes, from));
    this.socket.on('error', (error) => this.options.onProblem(error.message));
  }

  private askAgainAfter(milliseconds: number): void {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => void this.subscribe(), milliseconds);
  }

  private receive(bytes: Buffer, from: RemoteInfo): void {
    if (this.closed) return; // a challenge on its way must not start the stream again
    if (from.port !== this.options.port || !sameAddress(from.address, this.peer?.address)) {
      this.foreign++;
      return;
    }
    const received = this.stream.receive(bytes, hostTimeUs());
    if (!received || 'problem' in received) {
      if (received) this.options.onProblem(received.problem);
      // It streams, whatever: asked again, a meter of the first generation would stream twice.
      return this.askAgainAfter(SILENT_INTERVALS * FIRST_GENERATION_INTERVAL_MS);
    }
    if ('challenge' in received) {
      this.token = received.challenge;
      if (this.challenges++ < CHALLENGES_PER_REQUEST) this.send();
      return;
    }
    const { reading } = received;
    this.heardMs = performance.now();
    this.firstGeneration = reading.firstGeneration;
    this.backOffMs = BACK_OFF_MS.first;
    if (this.streaming) this.timer?.refresh();
    else this.askAgainAfter(this.silenceMs);
    this.streaming = true;
    this.scheduleRenewal();
    this.options.onReading(reading);
  }

  /** Only with a lease: a meter of the first generation must not be asked twice while it streams. */
  private scheduleRenewal(): void {
    if (this.renewal || this.firstGeneration || this.closed) return;
    const jitter = 1 + RENEWAL_JITTER * (2 * Math.random() - 1);
    this.renewal = setTimeout(
      () => {
        this.renewal = undefined;
        this.challenges = 0;
        this.send();
      },
      (LEASE_SECONDS * 1000 * jitter) / 3,
    );
  }

  private send(what: Partial<Subscription> = {}, done: () => void = () => undefined): void {
    const { channel, port, intervalMs } = this.options;
    const subscription = {
      version: 1,
      leaseSeconds: LEASE_SECONDS,
      intervalMs,
      token: this.token,
      cancel: false,
      ...what,
    };
    this.socket?.send(
      encodeRequest({ channel, subscription }),
      port,
      this.peer!.address,
      (error) => {
        if (error && !this.closed) this.options.onProblem(error.message);
        done();
      },
    );
  }
}

/** An IPv6 address may come with its zone, or an IPv4 one mapped. */
function sameAddress(a: string, b: string | undefined): boolean {
  if (a === b || b === undefined) return a === b;
  const bare = (address: string) => address.replace(/%.*$/, '').replace(/^::ffff:/, '');
  if (!isIPv6(bare(a)) || !isIPv6(bare(b))) return bare(a) === bare(b);
  return new URL(`http://[${bare(a)}]`).host === new URL(`http://[${bare(b)}]`).host;
}
