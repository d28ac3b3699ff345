import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  expressionsOf,
  substitute,
  type DashboardJson,
  type Expression,
} from './dashboard-expressions.js';

/** A Prometheus server, for tests. */
export interface LivePrometheus {
  url: string;
  close(): Promise<void>;
}

/** What a query gave, and what it cost. */
export interface Answer extends Expression {
  series: number;
  samplesTouched: number;
}

/** Starts Debian's Prometheus on a free loopback port, with a remote-write receiver. */
export async function startPrometheus(
  targets: Readonly<Record<string, string>>,
  ruleFiles: readonly string[],
): Promise<LivePrometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'prometheus-'));
  writeFileSync(
    join(directory, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ruleFiles,
      scrape_configs: Object.entries(targets).map(([job_name, target]) => ({
        job_name,
        static_configs: [{ targets: [target] }],
      })),
    }),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(child, 'close');
  const ready = async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok ?? false;
  for (let tries = 0; !(await ready()); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error('Prometheus did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** What a query gives now, as Prometheus tells it. */
export async function results<T>(prometheusUrl: string, query: string): Promise<T[]> {
  const url = `${prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`;
  const { data } = (await (await fetch(url)).json()) as { data: { result: T[] } };
  return data.result;
}

/** The values of a query now. */
export async function ask(prometheusUrl: string, query: string): Promise<number[]> {
  const found = await results<{ value: [number, string] }>(prometheusUrl, query);
  return found.map(({ value }) => Number(value[1]));
}

/**
 * Asks every query of a dashboard as Grafana would with everything chosen, over the last `seconds`.
 * @param values - of variables, Grafana's own too; what is not named here matches all
 */
export async function askAll(
  dashboard: DashboardJson,
  prometheusUrl: string,
  values: Readonly<Record<string, string>>,
  seconds: number,
): Promise<Answer[]> {
  const all = Object.fromEntries(dashboard.templating.list.map(({ name }) => [name, '.+']));
  const chosen = { ...all, __rate_interval: '10s', __interval: '5s', ...values };
  const ranges = { __range: `${seconds}s`, __range_s: String(seconds) };
  const end = Date.now() / 1000;
  return Promise.all(
    expressionsOf(dashboard).map(async (each) => {
      const query = substitute(each.expression, { ...chosen, ...ranges });
      const range = { start: String(end - seconds), end: String(end), step: '1' };
      const parameters = new URLSearchParams({
        query,
        stats: 'all',
        ...(each.instant ? { time: String(end) } : range),
      });
      const path = each.instant ? 'query' : 'query_range';
      const response = await fetch(`${prometheusUrl}/api/v1/${path}?${parameters.toString()}`);
      const { data, error } = (await response.json()) as {
        data?: { result: unknown[]; stats: { samples: { totalQueryableSamples: number } } };
        error?: string;
      };
      if (!data) throw new Error(`${each.place}: ${error}: ${query}`);
      const samplesTouched = data.stats.samples.totalQueryableSamples;
      return { ...each, series: data.result.length, samplesTouched };
    }),
  );
}
