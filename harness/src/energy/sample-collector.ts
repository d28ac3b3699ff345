import { EnergySourceError } from '../errors.js';
import type { ClockOffset } from './clock-offset.js';
import type { EnergySource, SampleRow } from './energy-source.js';
import { JoinedChannel } from './joined-channel.js';
import { NodeEnergy, type NodeSampleRow } from './node-energy.js';

const EVERY_MS = 500;

/** How long the slowest channel of a tick is waited for. */
const LAGGING_SECONDS = 5;

/**
 * Fetches samples twice a second for as long as the run lasts, hands the nodes' rows on as they come,
 * and says when they stop coming.
 */
export class SampleCollector {
  private readonly lastUs = new Map<string, number>();
  private readonly channels = new Map<string, JoinedChannel>();
  private closed = false;
  private lastArrival = performance.now();
  private readonly latest = new Map<string, NodeSampleRow[]>();
  private readonly join: NodeEnergy;
  private timer: NodeJS.Timeout | undefined;
  private fetching: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: EnergySource,
    private readonly clockOffsets: ReadonlyMap<string, ClockOffset>,
    private readonly write: (rows: NodeSampleRow[]) => void,
    private readonly fail: (error: Error) => void,
  ) {
    const channels = new Map<string, string[]>();
    for (const { node, meter, channel } of source.meters) {
      channels.set(node, [...(channels.get(node) ?? []), `${meter}/${channel}`]);
    }
    this.join = new NodeEnergy(channels);
    this.schedule();
  }

  /** Power of a node over its last second, in watts. */
  wattsNow(node: string): number | undefined {
    const rows = this.latest.get(node);
    const [first, last] = [rows?.[0], rows?.at(-1)];
    if (!first || !last || last.timeUs <= first.timeUs) return undefined;
    return ((last.energyJoules - first.energyJoules) / (last.timeUs - first.timeUs)) * 1e6;
  }

  /** Fetches once more, so that all up to now is there, and stops. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.fetching;
    try {
      await this.fetch();
    } catch {
      return; // the source is gone; what was fetched is written
    }
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.fetching = this.fetch()
        .catch((error: unknown) => this.fail(error as Error))
        .finally(() => this.schedule());
    }, EVERY_MS);
  }

  private async fetch(): Promise<void> {
    const rows = (await this.source.samplesSince(this.resumeUs()))
      .filter((row) => this.isNew(row))
      .map((row) => this.joinRestarts(row));
    if (rows.length > 0) {
      this.lastArrival = performance.now();
      const joined = this.join.add(rows).map((row) => ({ ...row, timeUs: this.ourTimeUs(row) }));
      this.remember(joined);
      this.write(joined);
    } else if (performance.now() - this.lastArrival > this.source.silenceLimitSeconds * 1000) {
      this.fail(
        new EnergySourceError(
          'METER_SILENT',
          `No sample has come for ${this.source.silenceLimitSeconds} s.`,
          'Is the meter on, and reachable? What came before is in the run directory.',
        ),
      );
    }
  }

  /** Channels of a tick may arrive apart: go on from the slowest, but wait for a silent one only so long. */
  private resumeUs(): number {
    const times = [...this.lastUs.values()];
    if (times.length === 0) return 0;
    return Math.max(Math.min(...times), Math.max(...times) - LAGGING_SECONDS * 1e6);
  }

  private ourTimeUs({ node, timeUs }: NodeSampleRow): number {
    return timeUs - Math.round((this.clockOffsets.get(node)?.seconds ?? 0) * 1e6);
  }

  private isNew(row: SampleRow): boolean {
    const key = keyOf(row);
    if (row.timeUs <= (this.lastUs.get(key) ?? 0)) return false;
    this.lastUs.set(key, row.timeUs);
    return true;
  }

  private joinRestarts(row: SampleRow): SampleRow {
    const key = keyOf(row);
    const channel = this.channels.get(key) ?? new JoinedChannel();
    this.channels.set(key, channel);
    return channel.add(row);
  }

  private remember(rows: NodeSampleRow[]): void {
    for (const row of rows) {
      const kept = this.latest.get(row.node) ?? [];
      kept.push(row);
      while (kept.length > 2 && kept[0]!.timeUs < row.timeUs - 1e6) kept.shift();
      this.latest.set(row.node, kept);
    }
  }
}

/** Meters of two nodes may bear the same name. */
function keyOf({ node, meter, channel }: SampleRow): string {
  return `${node}/${meter}/${channel}`;
}
