import { EnergySourceError } from '../errors.js';
import type { ManifestMeter } from '../run/manifest.js';
import type { Warning } from '../attribution/result.js';
import { offsetByShortestTrip, type ClockOffset, type RoundTrip } from './clock-offset.js';
import type { EnergySource, SampleRow } from './energy-source.js';
import { feeds, type OfferedExporters } from './offered-exporters.js';
import { PrometheusClient } from './prometheus-client.js';
import { SCRAPED_SELECTOR, scrapedSamples, type ScrapedSample } from './scraped-samples.js';

/** What is looked at to learn channels, intervals and clocks. */
const LOOK_BACK_SECONDS = 120;

/** More than a scrape, for one that is stored late. */
const OVERLAP_SECONDS = 5;

const SILENCE_LIMIT_SECONDS = 60;
const TRIPS = 5;

/** A scrape finds a sample that is up to this old: what our meters are asked for. */
const METER_INTERVAL_SECONDS = 0.1;

/** The same samples as the exporters', as far apart as Prometheus scrapes them. */
export class PrometheusEnergy implements EnergySource {
  readonly versions: Record<string, string> = {};
  readonly silenceLimitSeconds = SILENCE_LIMIT_SECONDS;
  readonly died = new Promise<string>(() => undefined);

  private constructor(
    private readonly client: PrometheusClient,
    private readonly offered: OfferedExporters,
    private readonly nodes: readonly string[],
    readonly meters: ManifestMeter[],
    readonly sampleSeconds: number,
    readonly warnings: Warning[],
  ) {}

  /**
   * @param why - why the exporters themselves are not asked
   * @throws EnergySourceError where it can't be reached, or knows no meter of a node
   */
  static async open(
    url: string,
    offered: OfferedExporters,
    nodes: readonly string[],
    why: string,
  ): Promise<PrometheusEnergy> {
    const client = new PrometheusClient(url);
    const samples = await recent(client, offered, nodes, LOOK_BACK_SECONDS);
    const meters = nodes.flatMap((node) => metersOf(samples, node, offered.simulated, url));
    const sampleSeconds = longestInterval(samples);
    const warnings: Warning[] = [
      {
        code: 'ENERGY_BY_PROMETHEUS',
        severity: 'info',
        message: `Energy was read from Prometheus, a sample each ${sampleSeconds.toPrecision(2)} s: ${why}`,
        hint: "The exporters' own samples are finer, and narrow the interval.",
      },
    ];
    return new PrometheusEnergy(client, offered, nodes, meters, sampleSeconds, warnings);
  }

  get simulated(): boolean {
    return this.offered.simulated;
  }

  async samplesSince(fromUs: number): Promise<SampleRow[]> {
    const seconds = fromUs === 0 ? LOOK_BACK_SECONDS : Date.now() / 1000 - fromUs / 1e6;
    const { client, offered, nodes } = this;
    return recent(client, offered, nodes, seconds + OVERLAP_SECONDS);
  }

  /** Of a node: Prometheus' clock by a round trip, and by the freshest scrape how the node's differs from that. */
  async clockOffsets(): Promise<ReadonlyMap<string, ClockOffset>> {
    const trips: RoundTrip[] = [];
    for (let n = 0; n < TRIPS; n++) trips.push(await this.client.roundTrip());
    const prometheus = offsetByShortestTrip(trips);
    const samples = await recent(this.client, this.offered, this.nodes, LOOK_BACK_SECONDS);
    const offsets = this.nodes.map((node): [string, ClockOffset] => {
      const ages = samples
        .filter((row) => row.node === node)
        .map(({ scrapedSeconds, timeUs }) => scrapedSeconds - timeUs / 1e6);
      return [
        node,
        {
          seconds: prometheus.seconds - Math.min(...ages),
          uncertaintySeconds: Math.hypot(
            prometheus.uncertaintySeconds,
            METER_INTERVAL_SECONDS / Math.sqrt(3),
          ),
        },
      ];
    });
    return new Map(offsets);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function recent(
  client: PrometheusClient,
  offered: OfferedExporters,
  nodes: readonly string[],
  seconds: number,
): Promise<ScrapedSample[]> {
  const rows = scrapedSamples(await client.stored(SCRAPED_SELECTOR, seconds));
  return rows.filter((row) => feeds(offered, nodes, row));
}

function metersOf(
  samples: readonly ScrapedSample[],
  node: string,
  simulated: boolean,
  url: string,
): ManifestMeter[] {
  const own = samples.filter((row) => row.node === node);
  if (own.length === 0) {
    throw new EnergySourceError(
      'METER_SILENT',
      `Prometheus at ${url} knows no meter that feeds ${node}.`,
      'Does it scrape the exporters?',
    );
  }
  const channels = new Map(own.map((row) => [`${row.meter}/${row.channel}`, row]));
  return [...channels.values()].map(({ meter, channel }) => ({
    node,
    meter,
    channel,
    source: simulated ? 'twin' : 'meter',
    address: url,
    read_by: 'prometheus',
  }));
}

/** The median time between two samples of a channel; of several channels the longest. */
function longestInterval(samples: readonly ScrapedSample[]): number {
  const times = new Map<string, number[]>();
  for (const { node, meter, channel, timeUs } of samples) {
    const key = `${node}/${meter}/${channel}`;
    times.set(key, [...(times.get(key) ?? []), timeUs]);
  }
  const medians = [...times.values()].map((own) => {
    const intervals = own.slice(1).map((time, i) => time - own[i]!);
    return intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? 0;
  });
  return Math.max(...medians) / 1e6;
}
