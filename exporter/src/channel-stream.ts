import { decodeDatagram, type MeterDatagram } from '@power-harness/proto/codec';
import { ClockMapping } from './clock-mapping.js';
import { DatagramOrder } from './datagram-order.js';
import { JoinedCounter } from './joined-counter.js';
import { implausible, type InvalidReason } from './plausibility.js';

/** One measurement of a channel, its counters joined over the meter's reboots. */
export interface Reading {
  channel: number;
  /** By the host's clock, strictly increasing but where that clock was set back. */
  timeUs: number;
  /** The host's clock was set back since the reading before. */
  clockSetBack: boolean;
  /** Absent where the meter sends no voltage and none is configured. */
  energyJoules: number | undefined;
  chargeCoulombs: number;
  powerWatts: number | undefined;
  voltageVolts: number | undefined;
  currentAmperes: number;
  flags: number;
  gapUs: number;
  missedCycles: number;
  overrangeSamples: number;
  sensorErrors: number;
  /** By the host's clock. */
  bootTimeUs: number;
  firstGeneration: boolean;
  /** What the meter takes its shunt to be, calibration included; 0 where it does not say. */
  shuntMicroohms: number;
  /** What it takes the sensor to read at no current, in 1/256 of 40 µV. */
  offsetLsb256: number;
}

/** The mapping gets better as datagrams come, so times may move a little; beyond this the host's clock was set back. */
const SET_BACK_US = 100_000;

/** What was counted of a channel's datagrams. */
export interface StreamCounts {
  received: number;
  resets: number;
  clockSetBack: number;
  invalid: Map<InvalidReason, number>;
}

/** Turns the datagrams of one channel into readings. Pure: time comes in as an argument. */
export class ChannelStream {
  readonly counts: StreamCounts = {
    received: 0,
    resets: 0,
    clockSetBack: 0,
    invalid: new Map(),
  };
  readonly clock = new ClockMapping();
  private readonly order = new DatagramOrder();
  private readonly energy = new JoinedCounter();
  private readonly charge = new JoinedCounter();
  private readonly gap = new JoinedCounter();
  private readonly missed = new JoinedCounter();
  private readonly overrange = new JoinedCounter();
  private readonly errors = new JoinedCounter();
  private previous: MeterDatagram | undefined;
  private lastTimeUs = 0;
  /** By the supply's voltage, which may be configured otherwise in between. */
  private suppliedJoules = 0;
  private lastCoulombs = 0;

  /** For meters that send no voltage. */
  supplyVolts: number | undefined;

  constructor(private readonly channel: number) {}

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

  /** A challenge's token, a reading, or undefined for what is neither new nor valid. */
  receive(
    bytes: Uint8Array,
    arrivalUs: number,
  ): { challenge: number } | { reading: Reading } | undefined {
    this.counts.received++;
    const datagram = decodeDatagram(bytes);
    if (!datagram) return this.refuse('malformed');
    if (datagram.challenge !== 0 && datagram.timestampUs === 0)
      return { challenge: datagram.challenge };
    const rebooted = this.isOfAnotherBoot(datagram);
    const reason = implausible(datagram, this.channel, rebooted ? undefined : this.previous);
    if (reason) return this.refuse(reason);
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

  private isOfAnotherBoot({ bootId, timestampUs }: MeterDatagram): boolean {
    if (!this.previous) return true;
    return bootId !== this.previous.bootId || timestampUs < this.previous.timestampUs;
  }

  private refuse(reason: InvalidReason): undefined {
    this.counts.invalid.set(reason, (this.counts.invalid.get(reason) ?? 0) + 1);
  }

  private toReading(datagram: MeterDatagram, rebooted: boolean): Reading {
    const { channel, supplyVolts } = this;
    const firstGeneration = datagram.bootId === 0;
    const volts = firstGeneration ? supplyVolts : datagram.busVoltageMillivolts / 1000;
    const amperes = firstGeneration
      ? datagram.currentMilliamperes / 1000
      : datagram.currentMicroamperes / 1e6;
    const coulombs = this.charge.add(datagram.chargeMilliampereSeconds / 1000, rebooted);
    const joules = this.energy.add(datagram.energyMicrojoules / 1e6, rebooted);
    this.suppliedJoules += (coulombs - this.lastCoulombs) * (supplyVolts ?? 0);
    this.lastCoulombs = coulombs;
    const suppliedJoules = supplyVolts === undefined ? undefined : this.suppliedJoules;
    const mapped = Math.round(this.clock.toHostUs(datagram.timestampUs));
    const clockSetBack = mapped < this.lastTimeUs - SET_BACK_US;
    if (clockSetBack) this.counts.clockSetBack++;
    this.lastTimeUs = clockSetBack ? mapped : Math.max(mapped, this.lastTimeUs + 1);
    return {
      channel,
      timeUs: this.lastTimeUs,
      clockSetBack,
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
