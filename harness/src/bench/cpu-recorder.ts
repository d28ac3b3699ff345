import { type AppendTable } from '../run/append-table.js';
import { type OpenTarget } from '../targets/target.js';

const EVERY_MS = 500;

/** Writes the target's CPU times to cpu.csv twice a second until closed. */
export class CpuRecorder {
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly target: OpenTarget,
    private readonly table: AppendTable,
  ) {
    this.tick();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.reading;
  }

  private tick(): void {
    this.reading = this.read().finally(() => {
      if (!this.closed) this.timer = setTimeout(() => this.tick(), EVERY_MS);
    });
  }

  /** A missed reading is no fault: CPU time is cumulative. */
  private async read(): Promise<void> {
    try {
      const readings = await this.target.readCpu();
      const timeUs = Date.now() * 1000;
      this.table.append(
        readings.map(({ node, entity, cpuSeconds }) => [node, timeUs, entity, cpuSeconds]),
      );
    } catch {
      return;
    }
  }
}
