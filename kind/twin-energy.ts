import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { results } from '../grafana/src/live-prometheus.js';
import { riseIn } from '../harness/src/attribution/cumulative.js';
import type { Truth } from '../harness/src/attribution/truth.js';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import { scratch } from '../harness/src/bench/run-cli.js';
import { readTruth } from '../harness/src/run/read-truth.js';
import { kubectl } from './kubectl.js';

const ENERGY = 'power_meter_energy_joules_total';
const TIME = 'power_meter_last_sample_timestamp_seconds';

/** A counter's value, and when the meter took it. */
export interface Reading {
  timeUs: number;
  energyJoules: number;
}

/** The file in which a node's twin says what it simulated, fetched from its pod. */
export async function fetchTruth(node: string): Promise<string> {
  const file = join(scratch(), 'truth.csv');
  const twin = `daemonset/${node.replace('power-harness', 'power-meter')}`;
  const exec = ['--namespace', 'power-meter-twin', 'exec', twin, '-c', 'truth', '--'];
  writeFileSync(file, await kubectl(...exec, 'cat', '/truth/truth.csv'));
  return file;
}

/** A node's exporter by its own page: its only counter, that of the node's own twin. @throws Error where it has others */
export async function exported(node: string): Promise<Reading> {
  const [pod = ''] = (
    await kubectl(
      ...['--namespace', 'power-harness', 'get', 'pods', '--output=name'],
      '--selector=app.kubernetes.io/name=power-exporter',
      `--field-selector=spec.nodeName=${node},status.phase=Running`,
    )
  ).split('\n');
  const path = `/api/v1/namespaces/power-harness/pods/${pod.replace('pod/', '')}:9838/proxy/metrics`;
  const page = await kubectl('get', '--raw', path);
  const value = (name: string) => {
    const [one, ...more] = page.matchAll(new RegExp(`^${name}\\{meter="(.*?)".*\\} (.*)$`, 'gm'));
    if (more.length > 0 || one?.[1] !== node) throw new Error(`${node}: ${name} of ${one?.[1]}`);
    return Number(one[2]);
  };
  return { timeUs: value(TIME) * 1e6, energyJoules: value(ENERGY) };
}

/** Asks the cluster's Prometheus. */
export const prometheus = <T>(query: string) => results<T>(KIND_CLUSTER.prometheus, query);

/** What Prometheus scraped of a node since then, as it is stored: no increase(), nothing extrapolated. */
export async function scraped(node: string, sinceUs: number): Promise<Reading[]> {
  const seconds = Math.floor(Date.now() / 1000 - sinceUs / 1e6);
  const series = async (name: string) => {
    const query = `${name}{meter="${node}"}[${seconds}s]`;
    const [one] = await prometheus<{ values: [number, string][] }>(query);
    return new Map(one!.values.map(([time, value]) => [time, Number(value)]));
  };
  const [energy, times] = [await series(ENERGY), await series(TIME)];
  return [...energy].flatMap(([scrape, energyJoules]) => {
    const seconds = times.get(scrape);
    return seconds === undefined ? [] : [{ timeUs: seconds * 1e6, energyJoules }];
  });
}

/**
 * How far a counter is off between its first and its last reading, by what the twin simulated meanwhile.
 * @returns relative
 */
export async function errorOf(readings: readonly Reading[], truthFile: string): Promise<number> {
  const [first, last] = [readings[0]!, readings.at(-1)!];
  const [truth] = (await readTruth(truthFile)) as [Truth];
  const span = { startUs: first.timeUs, endUs: last.timeUs };
  const simulated = riseIn(truth.timeUs, truth.energyJoules, span);
  return (last.energyJoules - first.energyJoules) / simulated - 1;
}
