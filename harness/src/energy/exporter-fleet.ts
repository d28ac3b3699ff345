import { EnergySourceError } from '../errors.js';
import { until } from '../processes/sleep.js';
import type { ManifestMeter } from '../run/manifest.js';
import type { ClockOffset } from './clock-offset.js';
import type { EnergySource, SampleRow } from './energy-source.js';
import type { ExporterEndpoint } from './exporter-endpoint.js';
import { feeds, type OfferedExporters } from './offered-exporters.js';
import { fetchSamples, measureClockOffset } from './samples-client.js';

/** Meters of the first generation send each second; three of those and the start of an exporter. */
const FIRST_SAMPLE_SECONDS = 6;
const RECENT_US = 5e6;

/** A pod that is replaced takes some seconds. */
const SILENCE_LIMIT_SECONDS = 60;

/** What our meters are asked for. */
const SAMPLE_SECONDS = 0.1;

/** Round trips go through another program: of more of them the shortest is surer. */
const TRIPS = 9;

/** The exporters of a target's nodes, at the meters' own rate. */
export class ExporterFleet implements EnergySource {
  readonly versions: Record<string, string> = {};
  readonly sampleSeconds = SAMPLE_SECONDS;
  readonly silenceLimitSeconds = SILENCE_LIMIT_SECONDS;
  readonly died = new Promise<string>(() => undefined);
  readonly warnings = [];
  private readonly answeredMs = new Map<string, number>();

  private constructor(
    private readonly offered: OfferedExporters,
    private readonly nodes: readonly string[],
    readonly meters: ManifestMeter[],
  ) {}

  /** @throws EnergySourceError where one can't be reached, or no meter feeds its node */
  static async open(
    offered: OfferedExporters,
    nodes: readonly string[],
    signal: AbortSignal,
  ): Promise<ExporterFleet> {
    const meters: ManifestMeter[] = [];
    for (const node of nodes) meters.push(...(await metersOf(offered, node, signal)));
    return new ExporterFleet(offered, nodes, meters);
  }

  get simulated(): boolean {
    return this.offered.simulated;
  }

  async samplesSince(fromUs: number): Promise<SampleRow[]> {
    const rows = await Promise.all(this.nodes.map((node) => this.samplesOf(node, fromUs)));
    return rows.flat();
  }

  async clockOffsets(): Promise<ReadonlyMap<string, ClockOffset>> {
    const offsets = new Map<string, ClockOffset>();
    for (const node of this.nodes) {
      offsets.set(node, await measureClockOffset(this.offered.exporters.get(node)!, TRIPS));
    }
    return offsets;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** One that does not answer may be replaced just now: its ring holds what came meanwhile, or a gap is shown. */
  private async samplesOf(node: string, fromUs: number): Promise<SampleRow[]> {
    const now = performance.now();
    try {
      const { rows } = await fetchSamples(this.offered.exporters.get(node)!, fromUs);
      this.answeredMs.set(node, now);
      return rows.filter((row) => feeds(this.offered, [node], row));
    } catch (error) {
      const answered = this.answeredMs.get(node) ?? now;
      this.answeredMs.set(node, answered);
      if (now - answered > SILENCE_LIMIT_SECONDS * 1000) throw error;
      return [];
    }
  }
}

async function metersOf(
  offered: OfferedExporters,
  node: string,
  signal: AbortSignal,
): Promise<ManifestMeter[]> {
  const exporter = offered.exporters.get(node);
  if (!exporter) {
    throw new EnergySourceError(
      'EXPORTER_MISSING',
      `There is no exporter on ${node}.`,
      'exporter/deploy puts one on every node.',
    );
  }
  const found = await until(
    async () => {
      const { rows } = await fetchSamples(exporter, await recentUs(exporter));
      const own = rows.filter((row) => feeds(offered, [node], row));
      return own.length > 0 ? own : undefined;
    },
    FIRST_SAMPLE_SECONDS,
    0.2,
    signal,
  );
  if (!found) throw noMeter(node, exporter);
  const channels = new Map(found.map((row) => [`${row.meter}/${row.channel}`, row]));
  return [...channels.values()].map(({ meter, channel }) => ({
    node,
    meter,
    channel,
    source: offered.simulated ? 'twin' : 'meter',
    address: exporter.name,
    read_by: 'exporter',
  }));
}

/** A little before now, by the exporter's clock. */
async function recentUs(exporter: ExporterEndpoint): Promise<number> {
  const { exporterTimeUs } = await fetchSamples(exporter, Date.now() * 1000 + 1e12);
  return exporterTimeUs - RECENT_US;
}

function noMeter(node: string, exporter: ExporterEndpoint): EnergySourceError {
  return new EnergySourceError(
    'METER_SILENT',
    `Nothing came in ${FIRST_SAMPLE_SECONDS} s from a meter that feeds ${node} (${exporter.name}).`,
    "Is the meter on, and is the node in the exporter's meters file by this name?",
  );
}
