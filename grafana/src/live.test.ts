import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { metersYaml, startExporter } from '../../exporter/src/exporter-process.js';
import { attribute } from '../../harness/src/attribution/attribute.js';
import { coldStarts } from '../../harness/src/attribution/cold-start.js';
import type { AttributionInput } from '../../harness/src/attribution/input.js';
import type { AttributionResult } from '../../harness/src/attribution/result.js';
import {
  syntheticColdRun,
  TYPICAL_COLD,
} from '../../harness/src/attribution/synthetic-cold-run.js';
import { syntheticRun, TYPICAL } from '../../harness/src/attribution/synthetic-run.js';
import { drawnRun } from '../../harness/src/compare/drawn-run.js';
import { findProgramOrSkip } from '../../harness/src/bench/required-programs.js';
import { runK6 } from '../../harness/src/load/k6-process.js';
import { k6Output, prometheusAccess } from '../../harness/src/prometheus/prometheus-access.js';
import { pushRun } from '../../harness/src/prometheus/push-run.js';
import { remoteWrite } from '../../harness/src/prometheus/remote-write.js';
import type { RunReport } from '../../harness/src/report/run-report.js';
import { clusterSeries } from './cluster-series.js';
import type { DashboardJson } from './dashboard-expressions.js';
import {
  ask,
  askAll,
  startPrometheus,
  type Answer,
  type LivePrometheus,
} from './live-prometheus.js';

const ROOT = join(import.meta.dirname, '../..');
const TWIN = join(ROOT, 'firmware/build/host/power-meter-twin');
const RULES = join(ROOT, 'exporter/rules/power-meter.rules.yml');
const missing =
  findProgramOrSkip('k6') ??
  (spawnSync('prometheus', ['--version']).status === 0 ? undefined : ' (skipped: no prometheus)');

/** More than this would be slow on a Raspberry Pi. */
const SAMPLES_LIMIT = 20_000;
const SECONDS = 120;
const RUN = '20261123T120000Z-f';
const NODE = 'jetson-nano';

/** What was measured in a run that ended just now, all of it on one node. */
function freshReport(run: string, tables: AttributionInput, found: AttributionResult): RunReport {
  const shiftUs = Date.now() * 1000 - Math.max(...tables.phases.map(({ endUs }) => endUs));
  const { manifest } = drawnRun(run);
  const { functions, nodes, cold_starts = [] } = found;
  for (const each of [...functions, ...nodes, ...cold_starts]) each.node = NODE;
  return {
    manifest: { ...manifest, ended_us: Date.now() * 1000 },
    result: { schema: 1, run, simulated: true, ...found },
    tables: {
      ...tables,
      phases: tables.phases.map((phase) => ({
        ...phase,
        startUs: phase.startUs + shiftUs,
        endUs: phase.endUs + shiftUs,
      })),
    },
  };
}

/** A run drawn from a seed, and one of cold starts. */
function drawnReports(): RunReport[] {
  const [usual, cold] = [syntheticRun(TYPICAL), syntheticColdRun(TYPICAL_COLD)];
  const found = attribute(usual, 'auto');
  found.functions[0]!.truth_joules_per_invocation = 0.05;
  const nothing = { method: 'difference' as const, functions: [], nodes: [] };
  return [
    freshReport(RUN, usual, found),
    freshReport(`${RUN}-cold`, cold, { ...nothing, ...coldStarts(cold) }),
  ];
}

/** Two seconds of real load, written by k6 itself. */
async function load(access: ReturnType<typeof prometheusAccess>): Promise<void> {
  const server = createHttpServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await runK6({
    directory: mkdtempSync(join(tmpdir(), 'k6-')),
    rows: false,
    live: k6Output(access, RUN),
    config: {
      calls: {
        load: {
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          payload_file: null,
          content_type: 'text/plain',
          call_id_prefix: 'f',
        },
      },
      request_timeout_seconds: 1,
      // One user who is busy for longer than the rate allows: some iterations are dropped.
      scenarios: {
        load: {
          ...{ executor: 'constant-arrival-rate', rate: 5000, duration: '2s', preAllocatedVUs: 1 },
          tags: { function: 'f' },
        },
      },
      thresholds: {},
    },
    limitSeconds: 20,
    stopSeconds: 2,
    signal: new AbortController().signal,
  });
  server.close();
}

describe.skipIf(missing)(`dashboards on a live Prometheus${missing ?? ''}`, () => {
  const cleanups: (() => unknown)[] = [];
  let prometheus: LivePrometheus;

  beforeAll(async () => {
    const twin = spawn(TWIN, ['--port', '0', '--model', 'constant:2.5']);
    cleanups.push(() => twin.kill('SIGKILL'));
    const [line] = (await once(twin.stdout, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    const exporter = await startExporter(metersYaml(port));
    if (!('url' in exporter)) throw new Error(exporter.stderr);
    cleanups.push(() => exporter.child.kill('SIGKILL'));
    prometheus = await startPrometheus({ exporters: exporter.url.replace('http://', '') }, [RULES]);
    cleanups.push(() => prometheus.close());
    const access = prometheusAccess(prometheus.url, {});
    for (const report of drawnReports()) await pushRun(report, access);
    await load(access);
    await remoteWrite(access, clusterSeries(NODE, 'f', SECONDS, Date.now()));
    // Until the rules have seen two scrapes.
    await vi.waitFor(
      async () =>
        expect(
          await ask(prometheus.url, 'function:power_meter_dynamic_joules_per_invocation:rate1m'),
        ).toHaveLength(1),
      { timeout: 15_000, interval: 250 },
    );
  }, 60_000);

  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  test.each(['nodes', 'benchmark', 'functions'])(
    '%s: every query has data and is cheap',
    async (name) => {
      const path = join(ROOT, `grafana/dashboards/${name}.json`);
      const dashboard = JSON.parse(readFileSync(path, 'utf8')) as DashboardJson;
      const answers = await askAll(dashboard, prometheus.url, { run: RUN }, SECONDS);
      console.log(`${name}: ${answers.length} queries, samples touched: ${costs(answers)}`);
      for (const { place, expression, series, samplesTouched } of answers) {
        expect(series, `${place}: ${expression}`).toBeGreaterThan(0);
        expect(samplesTouched, `${place}: ${expression}`).toBeLessThan(SAMPLES_LIMIT);
      }
    },
  );

  test('k6 tells latency in seconds, as the panel says', async () => {
    const [p50] = await ask(
      prometheus.url,
      `max_over_time(k6_http_req_duration_p50{testid="${RUN}"}[1m])`,
    );
    expect(p50).toBeGreaterThan(0);
    expect(p50).toBeLessThan(0.1);
  });

  test('live energy by function conserves what the meter saw', async () => {
    const [ratio] = await ask(
      prometheus.url,
      `(sum(node:power_meter_idle_watts:quantile1h) + sum(function:power_meter_dynamic_watts:rate1m)
        + sum(node:power_meter_other_watts:rate1m)) / sum(node:power_meter_power_watts:rate1m)`,
    );
    expect(ratio).toBeCloseTo(1, 9);
  });
});

const costs = (answers: readonly Answer[]) =>
  answers.map(({ place, samplesTouched }) => `${place} ${samplesTouched}`).join(', ');
