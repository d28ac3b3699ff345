import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { onlyRun, runCli, said, startCli } from '../harness/src/bench/run-cli.js';
import type { LoadOrigin } from '../harness/src/run/manifest.js';
import { readManifest } from '../harness/src/run/read-run.js';
import { readTables } from '../harness/src/run/tables.js';
import { readK6Rows } from '../harness/src/load/k6-rows.js';
import type { RunResult } from '../harness/src/run/result.js';
import { figureAgrees, onceMore } from './agreement.js';
import { benchOn, configured, left, WORKERS } from './bench-on-kind.js';
import { clusterMissing, kubectl } from './kubectl.js';
import { createServiceAccount, removeServiceAccount, rule } from './service-account.js';
import { prometheus } from './twin-energy.js';

const FUNCTION = 'matrix-multiply';
const [WORKER, WORKER2] = WORKERS;
const IN_CLUSTER = ['--load', 'in-cluster'];
const SHORT = ['--idle', '3', '--rate', '5', '--repetitions', '2', '--duration'];
const BENCH = ['bench', FUNCTION, '--target', 'kind', '--node', WORKER, ...IN_CLUSTER];
const WITH_RIGHTS = 'bench-with-load';
const PATIENCE = { timeout: 60_000, interval: 500 };

const missing = clusterMissing();
const inLoad = (...args: string[]) => kubectl('--namespace', 'power-harness', ...args);
const LABELLED = '--selector=app.kubernetes.io/name=power-harness-load';
const loadLeft = () => inLoad('get', 'jobs,pods', LABELLED, '--output=name');
const podNodes = () =>
  inLoad('get', 'pods', LABELLED, '--output=jsonpath={.items[*].spec.nodeName}');

/** A bench whose first load has begun. */
async function loading(args: readonly string[] = []) {
  const run = startCli([...BENCH, ...SHORT, '30', ...args]);
  expect(await said(run, /load 1/, 120), run.stderr()).toBe(true);
  return run;
}

describe.skipIf(missing)(`load from within the cluster${missing}`, () => {
  afterEach(async () => {
    expect(await left()).toBe('');
    expect(await loadLeft()).toBe('');
  });
  afterAll(() => (missing ? undefined : removeServiceAccount(WITH_RIGHTS)));

  test("the twin's truth, from the other worker, with the rights of the docs and no more", async () => {
    const kubeconfig = await createServiceAccount(WITH_RIGHTS, [
      rule(['nodes', 'pods'], ['list']),
      rule(['nodes/proxy', 'pods/proxy'], ['get']),
      rule(['deployments'], ['get'], 'apps'),
      rule(['leases'], ['get', 'create', 'update', 'delete'], 'coordination.k8s.io'),
      rule(['pods/exec'], ['get', 'create']),
      rule(['jobs'], ['get', 'list', 'create', 'delete'], 'batch'),
    ]);
    const measure = () => {
      const directory = configured({ kubeconfig });
      const plan = ['--duration', '6', '--idle', '8', '--repetitions', '4'];
      const args = [FUNCTION, ...plan, ...IN_CLUSTER];
      return benchOn(WORKER, args, { target: 'changed', directory }).then((measured) => ({
        ...measured,
        directory,
      }));
    };
    const { result, manifest, stderr, directory } = await onceMore(measure, figureAgrees);
    expect(result.warnings.map(({ code }) => code)).not.toContain('LOAD_ON_MEASURED_NODE');
    expect(stderr).toContain(`k6 runs in the cluster, on ${WORKER2}`);
    const { load, versions } = manifest;
    expect(versions['k6']).toMatch(/^v\d/);
    expect(load).toMatchObject({
      where: 'in-cluster',
      image: 'power-harness/k6:latest',
      gateway: 'http://gateway.openfaas.svc:8080',
      nodes: [{ node: WORKER2 }],
    });
    // All nodes of kind are of one kernel, and have one clock: ours.
    const [{ clock_offset_seconds: offset, clock_uncertainty_seconds: sigma }] = load!.nodes as [
      LoadOrigin['nodes'][number],
    ];
    console.log(`clock ${offset * 1e3} ms ± ${sigma * 1e3} ms`);
    expect(sigma).toBeLessThan(0.01);
    expect(Math.abs(offset)).toBeLessThan(sigma * Math.sqrt(3) + 0.001); // half the trip, our milliseconds
    // Every request is in its load's phases, by rows as they were fetched.
    const run = onlyRun(directory);
    const { invocations } = await readTables(run);
    let rows = 0;
    for await (const some of readK6Rows(
      join(run, `k6/01-${FUNCTION}/requests.csv.gz`),
      'http_req_duration',
    ))
      rows += some.length;
    expect(rows).toBeGreaterThan(20);
    expect(invocations.startUs.length).toBeGreaterThan(3 * rows);
    const series = `k6_http_reqs_total{testid="${manifest.run}"}`;
    expect(await prometheus(`last_over_time(${series}[10m])`)).not.toEqual([]);
    expect((await readManifest(run)).plan.rate_per_second[FUNCTION]).toBeGreaterThan(1);
  });

  test('Ctrl-C midway: what was driven is there, nothing is left', async () => {
    const run = await loading();
    expect(await podNodes()).toBe(WORKER2);
    run.child.kill('SIGINT');
    const { code, directory } = await run.ended;
    expect(code).toBe(130);
    let rows = 0;
    const file = join(onlyRun(directory), `k6/01-${FUNCTION}/requests.csv.gz`);
    for await (const some of readK6Rows(file, 'http_req_duration')) rows += some.length;
    expect(rows).toBeGreaterThan(2);
  });

  test('its pod is deleted during a load: said, nothing is left', async () => {
    const run = await loading();
    await inLoad('delete', 'pod', LABELLED, '--wait=false');
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([
      6,
      expect.stringMatching(/k6's pod \S+ on \S+ runs no more: it is /) as string,
    ]);
  });

  test('an image that is not there', async () => {
    const directory = configured({ load: { image: 'power-harness/nowhere:latest' } });
    const args = ['bench', FUNCTION, '--target', 'changed', '--node', WORKER, ...IN_CLUSTER];
    const { code, stderr } = await runCli(args, directory);
    expect([code, stderr]).toEqual([
      6,
      expect.stringMatching(
        /k6's pod does not get ready: its image \S+nowhere\S* can't be had/,
      ) as string,
    ]);
  });

  test('all nodes are measured: the choice is named; a measured one that is chosen is warned of', async () => {
    const args = ['bench', FUNCTION, '--target', 'kind', ...IN_CLUSTER];
    const refused = await runCli(args);
    expect([refused.code, refused.stderr]).toEqual([
      5,
      expect.stringMatching(/No node is left for the load.*\n.*--node.*--load-node/) as string,
    ]);
    const plan = [...SHORT, '4', '--node', WORKER, '--load-node', WORKER, '--json'];
    const { code, stdout, stderr } = await runCli([...args, ...plan]);
    expect(code, stdout + stderr).toBe(0);
    const { warnings } = JSON.parse(stdout) as RunResult;
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'LOAD_ON_MEASURED_NODE' }));
  });

  test('a killed bench: its load ends at once; what it left, the next one removes once the lease has run out', async () => {
    const killed = await loading();
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await left()).toContain(`deployment.apps/${FUNCTION}`);
    const pod = await inLoad(
      'get',
      'pods',
      LABELLED,
      '--output=jsonpath={.items[0].metadata.name}',
    );
    const running = () =>
      inLoad('exec', pod, '--', 'sh', '-c', 'cat /proc/[0-9]*/comm | grep -c "^k6$" || true');
    await expect.poll(running, PATIENCE).toBe('0');
    const check = async () => (await runCli(['target', 'check', '--target', 'kind'])).stdout;
    await expect.poll(check, PATIENCE).toMatch(/ok +free +a bench that was killed left its lease/);
    const next = startCli(['bench', 'sleep', '--target', 'kind', '--node', WORKER2, ...SHORT, '4']);
    expect(await said(next, /load 1/, 120), next.stderr()).toBe(true);
    for (const what of ["k6's pod", FUNCTION])
      expect(next.stderr()).toMatch(new RegExp(`removed ${what}, which the run \\S+ had left`));
    next.child.kill('SIGINT');
    expect((await next.ended).code).toBe(130);
  });
});
