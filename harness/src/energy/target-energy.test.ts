import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExporterEndpoint } from './exporter-endpoint.js';
import type { OfferedExporters } from './offered-exporters.js';
import { SampleCollector } from './sample-collector.js';
import { openTargetEnergy } from './target-energy.js';
import type { NodeSampleRow } from './node-energy.js';

const { signal } = new AbortController();
const WATTS = 3;

/** An exporter of a node that draws 3 W: its samples each 100 ms, and its metrics as they are at a time. */
class ExporterStandIn implements ExporterEndpoint {
  readonly name = 'exporter on worker';
  down = false;
  constructor(
    private startedUs: number,
    private readonly aheadSeconds = 0,
  ) {}

  restart(): void {
    this.startedUs = this.lastUs();
  }

  /** The newest sample's time, by its own clock. */
  lastUs(atSeconds = Date.now() / 1000): number {
    return Math.floor((atSeconds + this.aheadSeconds) * 10) * 1e5;
  }

  energyAt(timeUs: number): number {
    return ((timeUs - this.startedUs) / 1e6) * WATTS;
  }

  get(path: string) {
    if (this.down) return Promise.reject(new Error('connection refused'));
    const from = Number(/from=(\d+)/.exec(path)![1]);
    const lines: string[] = [];
    for (
      let timeUs = Math.max(this.startedUs, Math.ceil(from / 1e5) * 1e5);
      timeUs <= this.lastUs();
    ) {
      const energy_joules = this.energyAt(timeUs);
      lines.push(
        JSON.stringify({
          meter: 'lab',
          channel: 1,
          node: 'worker',
          time_us: timeUs,
          energy_joules,
        }),
      );
      timeUs += 1e5;
    }
    const headers = { 'x-exporter-time-us': String((Date.now() / 1000 + this.aheadSeconds) * 1e6) };
    return Promise.resolve({ status: 200, headers, body: lines.join('\n') });
  }
}

let exporter: ExporterStandIn;
let prometheus: Server;

beforeEach(async () => {
  exporter = new ExporterStandIn(Math.floor(Date.now() / 1000 - 100) * 1e6);
  prometheus = createServer((request, response) => {
    const query = new URL(request.url!, 'http://p').searchParams.get('query')!;
    const now = Date.now() / 1000;
    if (query === 'time()') {
      return response.end(
        JSON.stringify({ data: { resultType: 'scalar', result: [now, String(now)] } }),
      );
    }
    const seconds = Number(/\[(\d+)s\]$/.exec(query)![1]);
    const scrapes: number[] = [];
    // Each second, a little after the whole one, as far apart as scrapes are.
    for (let t = Math.ceil(now - seconds) + 0.25; t <= now; t += 1) scrapes.push(t);
    const labels = {
      instance: '10.0.0.1:9838',
      meter: 'lab',
      channel: '1',
      exported_node: 'worker',
      node: 'x',
    };
    const series = (name: string, value: (t: number) => number) => ({
      metric: { __name__: `power_meter_${name}`, ...labels },
      values: scrapes.map((t) => [t, String(value(t))]),
    });
    const result = [
      series('energy_joules_total', (t) => exporter.energyAt(exporter.lastUs(t))),
      series('last_sample_timestamp_seconds', (t) => exporter.lastUs(t) / 1e6),
      series('gap_seconds_total', () => 0),
      series('channel_info', () => 1),
    ];
    response.end(JSON.stringify({ data: { resultType: 'matrix', result } }));
  });
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  prometheus.closeAllConnections();
  prometheus.close();
});

function offered(more: Partial<OfferedExporters> = {}): OfferedExporters {
  const prometheusUrl = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`;
  return {
    exporters: new Map([['worker', exporter]]),
    channels: new Map(),
    simulated: false,
    prometheusUrl,
    ...more,
  };
}

async function collected(
  given: OfferedExporters,
  seconds: number,
  meanwhile = () => Promise.resolve(),
): Promise<NodeSampleRow[]> {
  const source = await openTargetEnergy(given, ['worker'], signal);
  const rows: NodeSampleRow[] = [];
  const fail = (error: Error) => {
    throw error;
  };
  const collector = new SampleCollector(
    source,
    await source.clockOffsets(),
    (r) => rows.push(...r),
    fail,
  );
  await new Promise((resolve) => setTimeout(resolve, seconds * 500));
  await meanwhile();
  await new Promise((resolve) => setTimeout(resolve, seconds * 500));
  await collector.close();
  return rows;
}

function wattsOf(rows: readonly NodeSampleRow[]): number {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  return ((last.energyJoules - first.energyJoules) / (last.timeUs - first.timeUs)) * 1e6;
}

test("the exporters' own samples, at the meter's rate", async () => {
  const rows = await collected(offered(), 1);
  expect(rows.length).toBeGreaterThan(500);
  expect(wattsOf(rows)).toBeCloseTo(WATTS, 6);
});

test('an exporter that can not be reached: the same joules from Prometheus, and it is said', async () => {
  exporter.down = true;
  const source = await openTargetEnergy(offered(), ['worker'], signal);
  expect(source.meters).toMatchObject([
    { node: 'worker', meter: 'lab', channel: 1, read_by: 'prometheus' },
  ]);
  expect(source.sampleSeconds).toBeCloseTo(1, 3);
  expect(source.warnings).toMatchObject([
    {
      code: 'ENERGY_BY_PROMETHEUS',
      message: expect.stringContaining('connection refused') as string,
    },
  ]);
  const rows = await collected(offered(), 1);
  expect(rows.length).toBeGreaterThan(100);
  expect(wattsOf(rows)).toBeCloseTo(WATTS, 6);
});

test("Prometheus' way is the less certain one in time", async () => {
  const fine = await (await openTargetEnergy(offered(), ['worker'], signal)).clockOffsets();
  exporter.down = true;
  const coarse = await (await openTargetEnergy(offered(), ['worker'], signal)).clockOffsets();
  expect(fine.get('worker')!.uncertaintySeconds).toBeLessThan(0.01);
  expect(coarse.get('worker')!.uncertaintySeconds).toBeGreaterThan(0.05);
});

test('the clock of each exporter is found either way', async () => {
  exporter = new ExporterStandIn(Math.floor(Date.now() / 1000 - 100) * 1e6, 0.4);
  const byExporter = await (await openTargetEnergy(offered(), ['worker'], signal)).clockOffsets();
  expect(byExporter.get('worker')!.seconds).toBeCloseTo(0.4, 1);
  exporter.down = true;
  const byPrometheus = await (await openTargetEnergy(offered(), ['worker'], signal)).clockOffsets();
  expect(Math.abs(byPrometheus.get('worker')!.seconds - 0.4)).toBeLessThan(0.1);
});

test('an exporter that is replaced: counters go on, the gap is shown', async () => {
  const rows = await collected(offered(), 3, async () => {
    exporter.down = true;
    await new Promise((resolve) => setTimeout(resolve, 800));
    exporter.restart();
    exporter.down = false;
  });
  for (const [i, row] of rows.slice(1).entries())
    expect(row.energyJoules).toBeGreaterThanOrEqual(rows[i]!.energyJoules);
  const gap = rows.at(-1)!.gapUs;
  expect(gap).toBeGreaterThan(0.5e6);
  expect(gap).toBeLessThan(2e6);
  const measuredUs = rows.at(-1)!.timeUs - rows[0]!.timeUs - gap;
  const joules = rows.at(-1)!.energyJoules - rows[0]!.energyJoules;
  expect(joules / (measuredUs / 1e6)).toBeCloseTo(WATTS, 6);
});

test('neither way: what is missing is named', async () => {
  exporter.down = true;
  const { prometheusUrl, ...none } = offered();
  expect(prometheusUrl).toBeDefined();
  await expect(openTargetEnergy(none, ['worker'], signal)).rejects.toMatchObject({
    code: 'EXPORTER_UNREACHABLE',
    exitCode: 7,
  });
  await expect(
    openTargetEnergy({ ...none, exporters: new Map() }, ['worker'], signal),
  ).rejects.toMatchObject({ code: 'EXPORTER_MISSING' });
});

test('a channel that is configured to feed the node counts, no other', async () => {
  const channels = new Map([['worker', ['lab/1']]]);
  const { meters } = await openTargetEnergy(offered({ channels }), ['worker'], signal);
  expect(meters.map(({ channel }) => channel)).toEqual([1]);
});
