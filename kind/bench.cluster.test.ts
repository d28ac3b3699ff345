import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { KIND_CLUSTER } from '../harness/src/cluster/kind-cluster.js';
import { agrees, figureAgrees, onceMore } from './agreement.js';
import { benchOn, configured, left, WORKERS } from './bench-on-kind.js';
import { clusterMissing, kubectl } from './kubectl.js';
import { createServiceAccount, removeServiceAccount, rule } from './service-account.js';
import { errorOf, exported, fetchTruth, prometheus, scraped } from './twin-energy.js';

const FUNCTION = 'matrix-multiply';
const PATIENCE = { timeout: 60_000, interval: 1000 };
const BY_PROMETHEUS = 'bench-by-prometheus';
const [WORKER] = WORKERS;

const missing = clusterMissing();

describe.skipIf(missing)(`the cluster${missing}`, () => {
  test('every pod is ready', async () => {
    const unready = async () => {
      const list = JSON.parse(await kubectl('get', 'pods', '-A', '-o', 'json')) as {
        items: {
          metadata: { name: string };
          status: { conditions?: { type: string; status: string }[] };
        }[];
      };
      const isReady = ({ status }: (typeof list.items)[number]) =>
        status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
      return list.items.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name);
    };
    await expect.poll(unready, PATIENCE).toEqual([]);
  });

  test('Prometheus scrapes exporters, kubelets and the gateway', async () => {
    const up = async () =>
      (await prometheus<{ metric: { job: string; instance: string } }>('up == 1')).map(
        ({ metric }) => `${metric.job} ${metric.instance.replace(/^gateway-.*/, '')}`,
      );
    const wanted = [
      ...WORKERS.flatMap((node) => [`power-exporter ${node}`, `cadvisor ${node}`]),
      'cadvisor power-harness-control-plane',
      'openfaas-gateway ',
    ];
    await expect.poll(up, PATIENCE).toEqual(expect.arrayContaining(wanted));
  });

  test('the gateway asks for a password', async () => {
    expect((await fetch(`${KIND_CLUSTER.gateway}/system/functions`)).status).toBe(401);
  });
});

describe.skipIf(missing)(`bench on a kind cluster${missing}`, () => {
  afterEach(async () => expect(await left()).toBe(''));
  afterAll(() => (missing ? undefined : removeServiceAccount(BY_PROMETHEUS)));

  test.each([
    [WORKERS[0], 2],
    [WORKERS[1], 5],
  ])("--node %s: its twin's truth, by figure and by counters", async (node, idleWatts) => {
    const before = await exported(node);
    const { result, manifest, stderr } = await onceMore(
      () => benchOn(node, [FUNCTION, '--duration', '6', '--idle', '8', '--repetitions', '4']),
      figureAgrees,
    );
    expect(stderr).toContain(`${FUNCTION} runs on ${node}`);
    expect(result).toMatchObject({ simulated: true, functions: [{ function: FUNCTION, node }] });
    expect(result.nodes[0]!.idle_watts.value).toBeGreaterThan(idleWatts);
    expect(result.nodes[0]!.idle_watts.value).toBeLessThan(idleWatts * 1.5);
    expect(manifest.meters).toMatchObject([{ node, source: 'twin', read_by: 'exporter' }]);
    expect(manifest.sensor.clock_seconds).toBeLessThan(0.05);
    const direct = [before, await exported(node)];
    const byPrometheus = (await scraped(node, before.timeUs)).filter(
      ({ timeUs }) => timeUs < direct[1]!.timeUs,
    );
    await setTimeout(1000); // until the twin has written on
    const truthFile = await fetchTruth(node);
    for (const readings of [direct, byPrometheus]) {
      const seconds = (readings.at(-1)!.timeUs - readings[0]!.timeUs) / 1e6;
      expect(seconds).toBeGreaterThan(40);
      const error = await errorOf(readings, truthFile);
      console.log(`${node}: ${readings.length} readings, ${seconds} s, ${error * 100} %`);
      expect(Math.abs(error)).toBeLessThan(0.005);
    }
  });

  test('a cold start, by scaling to zero', async () => {
    const { result } = await onceMore(
      () => benchOn(WORKER, [FUNCTION, '--cold', '--repetitions', '3', '--idle', '3']),
      ({ result: { cold_starts: [found] = [] } }) =>
        agrees(found!.start_joules, found!.truth!.start_joules),
    );
    const [found] = result.cold_starts!;
    expect(found).toMatchObject({ function: FUNCTION, node: WORKER, cold_starts: 3 });
    expect(found!.start_seconds.value).toBeGreaterThan(0.3);
    expect(found!.start_joules.value).toBeGreaterThan(2 * found!.warm_request_joules.value);
  });

  test('no way to the exporters: Prometheus, said, a wider interval, the truth still in it', async () => {
    const kubeconfig = await createServiceAccount(BY_PROMETHEUS, [
      rule(['nodes', 'pods'], ['list']),
      rule(['deployments'], ['get'], 'apps'),
      rule(['leases'], ['get', 'create', 'update', 'delete'], 'coordination.k8s.io'),
    ]);
    const directory = () =>
      configured({ kubeconfig, nodes: { [WORKER]: [`${WORKER}/1`] }, simulated: true });
    const plan = ['--repetitions', '4', '--duration', '12'];
    const { result, manifest, stderr } = await onceMore(
      () => benchOn(WORKER, [FUNCTION, ...plan], { target: 'changed', directory: directory() }),
      figureAgrees,
    );
    expect(stderr).toContain('without get pods/proxy in power-harness');
    expect(result.warnings).toContainEqual(
      expect.objectContaining({ code: 'ENERGY_BY_PROMETHEUS' }),
    );
    expect(manifest.meters).toMatchObject([{ read_by: 'prometheus' }]);
    expect(manifest.sensor.clock_seconds).toBeGreaterThan(0.05);
  });
});
