import { EventEmitter } from 'node:events';
import { hostTimeUs } from './host-clock.js';
import { HostTimes } from './host-times.js';
import { noTotals, type LocalSensor, type SensorTotals } from './local-sensor.js';
import type { ChannelSource, MeterEvents, RunningMeter } from './running-meter.js';

const SILENT_INTERVALS = 3;
const LEAST_SILENCE_MS = 1500;

export interface LocalMeterOptions {
  intervalMs: number;
  /** What opens each channel's sensor; it is tried again where that fails. */
  sensors: ReadonlyMap<number, () => LocalSensor>;
  /** Channels of another one that go on counting. */
  before: ReadonlyMap<number, LocalChannel>;
}

/** Sensors of this machine in a meter's place: reads each of them every interval, until closed. */
export class LocalMeter extends EventEmitter<MeterEvents> implements RunningMeter {
  private readonly channels: Map<number, LocalChannel>;
  private readonly timer: NodeJS.Timeout;

  constructor({ intervalMs, sensors, before }: LocalMeterOptions) {
    super();
    this.channels = new Map(
      [...sensors].map(([channel, open]) => {
        const { totals, times } = before.get(channel) ?? {};
        return [channel, new LocalChannel(open, intervalMs, totals, times)];
      }),
    );
    this.timer = setInterval(() => this.read(), intervalMs);
  }

  channel(channel: number): LocalChannel | undefined {
    return this.channels.get(channel);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private read(): void {
    for (const [channel, own] of this.channels) {
      try {
        this.emit('reading', { channel, ...own.read() });
      } catch (error) {
        own.totals.errors++;
        this.emit('problem', (error as Error).message);
      }
    }
  }
}

/** One sensor, and what was counted of it. */
export class LocalChannel implements ChannelSource {
  private sensor: LocalSensor | undefined;
  private readMs = -Infinity;

  constructor(
    private readonly open: () => LocalSensor,
    private readonly intervalMs: number,
    readonly totals: SensorTotals = noTotals(),
    readonly times = new HostTimes(),
  ) {}

  get fresh(): boolean {
    const silenceMs = Math.max(LEAST_SILENCE_MS, SILENT_INTERVALS * this.intervalMs);
    return performance.now() - this.readMs < silenceMs;
  }

  get resets(): number {
    return this.totals.resets;
  }

  get clockSetBack(): number {
    return this.times.setBack;
  }

  /** @throws Error in words where the sensor can't be read */
  read() {
    this.sensor ??= this.open();
    const nowMs = performance.now();
    const time = this.times.next(hostTimeUs());
    const { totals } = this;
    const state = this.sensor.read(totals, nowMs * 1000);
    this.readMs = nowMs;
    return {
      ...time,
      energyJoules: totals.energyJoules,
      chargeCoulombs: totals.chargeCoulombs,
      powerWatts: state.powerWatts,
      voltageVolts: state.voltageVolts,
      currentAmperes: state.currentAmperes,
      flags: 0,
      gapUs: totals.gapUs,
      missedCycles: 0,
      overrangeSamples: totals.overrangeSamples,
      sensorErrors: totals.errors,
      bootTimeUs: undefined,
      firstGeneration: false,
      shuntMicroohms: state.shuntMicroohms ?? 0,
      offsetLsb256: 0,
    };
  }
}
