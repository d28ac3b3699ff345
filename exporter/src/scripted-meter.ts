import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6, type AddressInfo } from 'node:net';
import {
  encodeDatagram,
  parseRequest,
  type MeterDatagram,
  type MeterRequest,
} from '@power-harness/proto/codec';

/** A meter for tests, on a real socket: it keeps the requests and sends what it is told to. */
export class ScriptedMeter {
  readonly requests: (MeterRequest & { atMs: number })[] = [];
  private from: RemoteInfo | undefined;
  private waiting: (() => void)[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('message', (bytes, from) => {
      const request = parseRequest(bytes);
      if (!request) return;
      this.from = from;
      this.requests.push({ ...request, atMs: performance.now() });
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  static async start(address = '127.0.0.1', port = 0): Promise<ScriptedMeter> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.bind(port, address);
    await once(socket, 'listening');
    return new ScriptedMeter(socket);
  }

  get port(): number {
    return (this.socket.address() as AddressInfo).port;
  }

  /** Waits for the `count`th request. */
  async request(count: number, limitMs = 5000): Promise<MeterRequest & { atMs: number }> {
    const end = performance.now() + limitMs;
    while (this.requests.length < count) {
      if (performance.now() > end) throw new Error(`only ${this.requests.length} requests came`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.requests[count - 1]!;
  }

  send(datagram: Partial<MeterDatagram>): void {
    this.sendBytes(encodeDatagram(datagram));
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.from) throw new Error('nobody has asked yet');
    this.socket.send(bytes, this.from.port, this.from.address);
  }

  /** The client's address, for datagrams from somewhere else. */
  get client(): { address: string; port: number } {
    return this.from!;
  }

  close(): void {
    this.socket.close();
  }
}

/** A plausible datagram of a meter of ours, `second` seconds after its boot: 2.5 W at 5 V. */
export function measurement(
  second: number,
  more: Partial<MeterDatagram> = {},
): Partial<MeterDatagram> {
  return {
    timestampUs: second * 1e6,
    chargeMilliampereSeconds: second * 500,
    currentMilliamperes: 500,
    channel: 1,
    sequence: Math.round(second * 10),
    bootId: 7,
    leaseMs: 30_000,
    busVoltageMillivolts: 5000,
    currentMicroamperes: 500_000,
    energyMicrojoules: second * 2_500_000,
    samples: second * 230,
    shuntMicroohms: 100_000,
    ...more,
  };
}
