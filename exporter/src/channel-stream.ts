import { decodeDatagram, type MeterDatagram } from '@power-harness/proto/codec';
import { ClockMapping } from './clock-mapping.js';
import { contradiction, correctedCharge, correctedCurrent, type Correction } from './correction.js';
import { DatagramOrder } from './datagram-order.js';
import { HostTimes } from './host-times.js';
import { JoinedCounter } from './joined-counter.js';
import { implausible, type InvalidReason } from './plausibility.js';
import type { MeterReading } from './reading.js';

/** What was counted of a channel's datagrams. */
export interface StreamCounts {
  received: number;
  resets: number;
  invalid: Map<InvalidReason, number>;
}

/** Turns the datagrams of one channel into readings. Pure: time comes in as an argument. */
export class ChannelStream {
  readonly counts: StreamCounts = {
    received: 0,
    resets: 0,
    invalid: new Map(),
  };
  readonly clock = new ClockMapping();
  readonly times = new HostTimes();
  private readonly order = new DatagramOrder();
  private readonly energy = new JoinedCounter();
  private readonly charge = new JoinedCounter();
  private readonly gap = new JoinedCounter();
  private readonly missed = new JoinedCounter();
  private readonly overrange = new JoinedCounter();
  private readonly errors = new JoinedCounter();
  private previous: MeterDatagram | undefined;
  /** By the supply's voltage, which may be configured otherwise in between. */
  private suppliedJoules = 0;
  private lastCoulombs = 0;

  private supplyVolts: number | undefined;
  private correction: Correction | undefined;

  constructor(private readonly channel: number) {}

  /** What meters of the first generation don't know: their supply's voltage, and what they read wrong. */
  configure(supplyVolts: number | undefined, correction: Correction | undefined): void {
    this.supplyVolts = supplyVolts;
    if (JSON.stringify(correction) !== JSON.stringify(this.correction)) this.charge.rebase();
    this.correction = correction;
  }

  /** What comes next is from another meter: counters go on from it, and its total is not energy. */
  rebase(): void {
    this.previous = undefined;
    this.order.rebase();
    this.clock.reset();
    const counters = [this.energy, this.charge, this.gap, this.missed, this.overrange, this.errors];
    for (const counter of counters) counter.rebase();
  }

  get lost(): number {
    return this.order.lost;
  }

  get duplicates(): number {
    return this.order.duplicates;
  }

  get late(): number {
    return this.order.late;
  }

  /** A challenge's token, a reading, a problem in words, or undefined for what is neither new nor valid. */
  receive(
    bytes: Uint8Array,
    arrivalUs: number,
  ): { challenge: number } | { reading: MeterReading } | { problem: string } | undefined {
    this.counts.received++;
    const datagram = decodeDatagram(bytes);
    if (!datagram) return this.refuse('malformed');
    if (datagram.challenge !== 0 && datagram.timestampUs === 0)
      return { challenge: datagram.challenge };
    const rebooted = this.isOfAnotherBoot(datagram);
    const reason = implausible(datagram, this.channel, rebooted ? undefined : this.previous);
    if (reason) return this.refuse(reason);
    const problem = this.contradiction(datagram);
    if (problem) {
      this.refuse('contradiction');
      return { problem };
    }
    const place = this.order.place(datagram);
    if (place !== 'next' && place !== 'rebooted') return undefined;
    if (place === 'rebooted') {
      this.counts.resets++;
      this.clock.reset();
    }
    this.clock.observe(datagram.timestampUs, arrivalUs);
    const reading = this.toReading(datagram, place === 'rebooted');
    this.previous = datagram;
    return { reading };
  }

  private contradiction({ bootId, shuntMicroohms }: MeterDatagram): string | undefined {
    if (bootId === 0 || !this.correction) return undefined;
    return contradiction(this.correction, shuntMicroohms);
  }

  private isOfAnotherBoot({ bootId, timestampUs }: MeterDatagram): boolean {
    if (!this.previous) return true;
    return bootId !== this.previous.bootId || timestampUs < this.previous.timestampUs;
  }

  private refuse(reason: InvalidReason): undefined {
    this.counts.invalid.set(reason, (this.counts.invalid.get(reason) ?? 0) + 1);
  }

  private toReading(datagram: MeterDatagram, rebooted: boolean): MeterReading {
    const { channel, supplyVolts, correction } = this;
    const firstGeneration = datagram.bootId === 0;
    const correct = firstGeneration ? correction : undefined;
    const { chargeMilliampereSeconds, currentMilliamperes, timestampUs } = datagram;
    const volts = firstGeneration ? supplyVolts : datagram.busVoltageMillivolts / 1000;
    const amperes = firstGeneration
      ? (correct ? correctedCurrent(correct, currentMilliamperes) : currentMilliamperes) / 1000
      : datagram.currentMicroamperes / 1e6;
    const milliampereSeconds = correct
      ? correctedCharge(correct, chargeMilliampereSeconds, timestampUs)
      : chargeMilliampereSeconds;
    const coulombs = this.charge.add(milliampereSeconds / 1000, rebooted);
    const joules = this.energy.add(datagram.energyMicrojoules / 1e6, rebooted);
    this.suppliedJoules += (coulombs - this.lastCoulombs) * (supplyVolts ?? 0);
    this.lastCoulombs = coulombs;
    const suppliedJoules = supplyVolts === undefined ? undefined : this.suppliedJoules;
    return {
      channel,
      ...this.times.next(this.clock.toHostUs(datagram.timestampUs)),
      energyJoules: firstGeneration ? suppliedJoules : joules,
      chargeCoulombs: coulombs,
      powerWatts: volts === undefined ? undefined : volts * amperes,
      voltageVolts: volts,
      currentAmperes: amperes,
      flags: datagram.flags,
      gapUs: this.gap.add(datagram.gapUs, rebooted),
      missedCycles: this.missed.add(datagram.missedCycles, rebooted),
      overrangeSamples: this.overrange.add(datagram.overrangeSamples, rebooted),
      sensorErrors: this.errors.add(datagram.sensorErrors, rebooted),
      bootTimeUs: this.clock.toHostUs(0),
      firstGeneration,
      shuntMicroohms: datagram.shuntMicroohms,
      offsetLsb256: datagram.offsetLsb256,
    };
  }
}
