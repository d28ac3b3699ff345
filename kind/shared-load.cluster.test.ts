import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { onlyRun, said, scratch, startCli } from '../harness/src/bench/run-cli.js';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import { type K6Row, readK6Rows } from '../harness/src/load/k6-rows.js';
import {
  type SharedLoad,
  testRunOf,
} from '../harness/src/targets/kubernetes/load/test-run-manifest.js';
import { figureAgrees, onceMore } from './agreement.js';
import { benchOn, left, WORKERS } from './bench-on-kind.js';
import { clusterMissing, kubectl } from './kubectl.js';

const FUNCTION = 'matrix-multiply';
const [WORKER] = WORKERS;
const SHARED = ['--load', 'in-cluster', '--load-parallelism', '2', '--rate', '10'];
const PATIENCE = { timeout: 60_000, interval: 1000 };

const INSTALL = join(import.meta.dirname, 'k6-operator/install');
const MODULE_REFUSED = 75;

const missing = clusterMissing();
const operatorMissing =
  missing ||
  (await kubectl('--namespace', 'k6-operator-system', 'get', 'deployments', '--output=name').then(
    (found) => (found ? '' : ' (skipped: no k6-operator in the cluster; kind/k6-operator/install)'),
  ));

const TESTRUNS = ['--namespace', 'power-harness', 'get', 'testruns', '--output=name'];
const loadLeft = () =>
  kubectl(
    ...['--namespace', 'power-harness', 'get', 'testruns,configmaps,secrets,jobs,pods'],
    ...['--selector', 'power-harness.run', '--output=name'],
  );

async function requests(run: string, load: string): Promise<K6Row[]> {
  const all: K6Row[] = [];
  for await (const rows of readK6Rows(
    join(run, 'k6', load, 'requests.csv.gz'),
    'http_req_duration',
  ))
    all.push(...rows);
  return all;
}

test.skipIf(missing)(
  `k6-operator's API takes the manifest to the letter${missing}`,
  async ({ skip }) => {
    const { status, stderr } = spawnSync(INSTALL, ['api'], { timeout: 60_000, encoding: 'utf8' });
    skip(status === MODULE_REFUSED, "the operator's Go module can't be had");
    expect(status, stderr).toBe(0);
    const load: SharedLoad = {
      ...{ name: 'k6-1', namespace: 'power-harness', labels: { 'power-harness.run': 'r' } },
      ...{ runners: 2, image: KIND_CLUSTER.load.image, starterImage: 'own/curl:1' },
      node: { name: WORKER, host: WORKER, ready: true, takesPods: true, reason: '' },
      config: { request_timeout_seconds: 5, calls: {}, scenarios: {}, thresholds: {} },
      payloads: new Map(),
      live: { name: 'experimental-prometheus-rw', environment: { A: 'b' }, tags: { testid: 'r' } },
    };
    const file = join(scratch(), 'testrun.json');
    writeFileSync(file, JSON.stringify(testRunOf(load)));
    const created = kubectl('create', '--dry-run=server', '--validate=strict', '--filename', file);
    expect(await created).toContain('testrun.k6.io/');
  },
);

const title = `several k6 of k6-operator on a kind cluster${operatorMissing}`;
describe.skipIf(operatorMissing)(title, () => {
  afterEach(async () => {
    expect(await left()).toBe('');
    await expect.poll(loadLeft, PATIENCE).toBe('');
  });

  test("a bench: the twin's truth, every call once, both runners in the rows", async () => {
    const measure = async () => {
      const directory = scratch();
      const args = [FUNCTION, '--duration', '10', '--idle', '8', ...SHARED];
      return { ...(await benchOn(WORKER, args, { directory })), directory };
    };
    const { manifest, directory } = await onceMore(measure, figureAgrees);
    expect(manifest.load).toMatchObject({ parallelism: 2, nodes: [{ node: WORKERS[1] }] });
    const run = onlyRun(directory);
    for (const load of readdirSync(join(run, 'k6'))) {
      if (!readdirSync(join(run, 'k6', load)).includes('requests.csv.gz')) continue;
      const rows = await requests(run, load);
      const calls = rows.map(({ metadata }) => /call_id=([^&]*)/.exec(metadata)![1]);
      expect(new Set(calls).size).toBe(calls.length);
      expect(calls.length).toBeGreaterThan(100);
    }
  });

  test('an abort, and a killed bench: nothing is left, at once or by the next', async () => {
    const start = async () => {
      const args = ['bench', FUNCTION, '--target', 'kind', '--node', WORKER, ...SHARED];
      const bench = startCli([...args, '--duration', '30', '--idle', '3']);
      expect(await said(bench, /load 1/, 120), bench.stderr()).toBe(true);
      return bench;
    };
    const aborted = await start();
    aborted.child.kill('SIGINT');
    expect((await aborted.ended).code).toBe(130);
    await expect.poll(loadLeft, PATIENCE).toBe('');
    const killed = await start();
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await kubectl(...TESTRUNS)).not.toBe('');
    await setTimeout(40_000); // until its lease ran out
    const next = await start();
    expect(next.stderr()).toContain('removed the TestRun');
    expect((await kubectl(...TESTRUNS)).split('\n')).toHaveLength(1);
    next.child.kill('SIGINT');
    await next.ended;
  });
});
