import type { AppendTable } from '../run/append-table.js';
import type { OpenTarget } from '../targets/target.js';

const EVERY_MS = 500;

/** Writes the target's CPU times to cpu.csv twice a second until closed. */
export class CpuRecorder {
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();
  private closed = false;
  private readonly lastUs = new Map<string, number>();

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
      const nowUs = Date.now() * 1000;
      const rows = readings.map((reading) => ({ timeUs: nowUs, ...reading }));
      this.table.append(
        rows
          .filter((row) => this.isNew(row))
          .map(({ node, timeUs, entity, cpuSeconds }) => [node, timeUs, entity, cpuSeconds]),
      );
    } catch {
      return;
    }
  }

  /** A kubelet looks at its pods now and then, and tells the same until it looks again. */
  private isNew({
    node,
    entity,
    timeUs,
  }: {
    node: string;
    entity: string;
    timeUs: number;
  }): boolean {
    const key = `${node}/${entity}`;
    if (timeUs <= (this.lastUs.get(key) ?? 0)) return false;
    this.lastUs.set(key, timeUs);
    return true;
  }
}
