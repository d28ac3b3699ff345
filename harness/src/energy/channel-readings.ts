import type { MeterReading as Reading } from '@power-harness/exporter/reading';
import { MeterClient } from '@power-harness/exporter/meter-client';
import { FLAGS, type Calibration } from '@power-harness/proto/codec';
import { sleep, until } from '../processes/sleep.js';
import { silentMeter, type MeterAddress } from './meter-argument.js';

/** As fast as a meter sends. */
const INTERVAL_MS = 20;
const SILENT_SECONDS = 5;

/** The readings of one channel of a meter, for as long as it is open. */
export class ChannelReadings {
  private readonly client: MeterClient;
  private kept: Reading[] = [];
  private last: Reading | undefined;
  private problem = '';

  constructor(
    private readonly address: MeterAddress,
    private readonly channel: number,
    private readonly signal: AbortSignal,
  ) {
    this.client = new MeterClient({ ...address, channels: [channel], intervalMs: INTERVAL_MS });
    this.client.on('reading', (reading) => {
      this.last = reading;
      this.kept.push(reading);
    });
    this.client.on('problem', (text) => (this.problem = text));
  }

  /** @throws EnergySourceError where the meter is silent */
  async next(): Promise<Reading> {
    this.last = undefined;
    const reading = await this.first(() => this.last, SILENT_SECONDS);
    if (!reading) throw silentMeter(this.address, this.problem);
    return reading;
  }

  /** Those of the next `seconds`. @throws EnergySourceError where there are none */
  async during(seconds: number): Promise<Reading[]> {
    this.kept = [];
    await sleep(seconds * 1000, this.signal);
    if (this.kept.length === 0) throw silentMeter(this.address, this.problem);
    return this.kept;
  }

  /**
   * Asks for another calibration, by one without a shunt for the configured one.
   * @returns the first reading with it; undefined where the meter does not take it
   */
  async calibrate(calibration: Calibration): Promise<Reading | undefined> {
    const { shuntMicroohms, offsetLsb256 } = calibration;
    const took = (reading: Reading) =>
      shuntMicroohms === 0
        ? (reading.flags & FLAGS.calibrated) === 0
        : reading.shuntMicroohms === shuntMicroohms && reading.offsetLsb256 === offsetLsb256;
    for (let attempt = 0; attempt < 3; attempt++) {
      this.client.channel(this.channel)!.calibrate(calibration);
      const reading = await this.first(
        () => (this.last && took(this.last) ? this.last : undefined),
        1,
      );
      if (reading) return reading;
    }
    return undefined;
  }

  close(): void {
    this.client.close();
  }

  private first(probe: () => Reading | undefined, seconds: number): Promise<Reading | undefined> {
    return until(() => Promise.resolve(probe()), seconds, 0.02, this.signal);
  }
}
