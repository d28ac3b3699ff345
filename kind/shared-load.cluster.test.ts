import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { onlyRun, said, startCli } from '../harness/src/bench/run-cli.js';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import { type K6Row, readK6Rows } from '../harness/src/load/k6-rows.js';
import { figureAgrees } from './agreement.js';
import { benchOn, configured, left, WORKERS } from './bench-on-kind.js';
import { clusterMissing, kubectl } from './kubectl.js';

const FUNCTION = 'matrix-multiply';
const [WORKER] = WORKERS;
const SHARED = ['--load', 'in-cluster', '--load-parallelism', '2', '--rate', '10'];
const PATIENCE = { timeout: 60_000, interval: 1000 };

/** What the operator starts its runners with, where its own image can't be had. */
const starter = process.env['POWER_HARNESS_STARTER_IMAGE'];
// kind/up makes no k6-operator: whoever has put it into the cluster can run these.
const missing = clusterMissing() || operatorMissing();

function operatorMissing(): string {
  try {
    const crd = ['--context', KIND_CLUSTER.context, 'get', 'crd', 'testruns.k6.io'];
    execFileSync('kubectl', crd, { timeout: 20_000, stdio: 'pipe' });
    return '';
  } catch {
    return ' (skipped: no k6-operator in the cluster)';
  }
}

function directoryOf(): string {
  const load = { ...KIND_CLUSTER.load, ...(starter ? { starter_image: starter } : {}) };
  return configured({ load });
}

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

describe.skipIf(missing)(`several k6 of k6-operator on a kind cluster${missing}`, () => {
  afterEach(async () => {
    expect(await left()).toBe('');
    await expect.poll(loadLeft, PATIENCE).toBe('');
  });

  test("a bench: the twin's truth, every call once, both runners in the rows", async () => {
    const directory = directoryOf();
    const args = [FUNCTION, '--duration', '10', '--idle', '8', ...SHARED];
    const measured = await benchOn(WORKER, args, { target: 'changed', directory });
    expect(measured.manifest.load).toMatchObject({ parallelism: 2, nodes: [{ node: WORKERS[1] }] });
    expect(figureAgrees(measured)).toBe(true);
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
      const args = ['bench', FUNCTION, '--target', 'changed', '--node', WORKER, ...SHARED];
      const bench = startCli([...args, '--duration', '30', '--idle', '3'], directoryOf());
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
