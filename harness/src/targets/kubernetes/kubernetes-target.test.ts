import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OpenTarget } from '../target.js';
import { DEFAULT_CLUSTER_OPTIONS } from './cluster-options.js';
import { ClusterStandIn } from './cluster-stand-in.js';
import { KubernetesTarget } from './kubernetes-target.js';
import type { KubernetesTargetOptions } from './kubernetes-target-options.js';

const { signal } = new AbortController();
const RUN = '/runs/20261125T100000Z-f';
const DEPLOYMENT = '/apis/apps/v1/namespaces/openfaas-fn/deployments/f';
const HOST = 'kubernetes.io/hostname';

let cluster: ClusterStandIn;
let gateway: Server;
let provider: string;
let functions: object[];
const open: OpenTarget[] = [];

beforeEach(async () => {
  cluster = await ClusterStandIn.start();
  [provider, functions] = ['power-harness', []];
  gateway = createServer((request, response) => {
    if (request.headers.authorization === undefined) return response.writeHead(401).end();
    const info = { provider: { provider, orchestration: 'kubernetes', version: { release: '1' } } };
    response.end(JSON.stringify(request.url === '/system/info' ? info : functions));
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  for (const name of ['control', 'worker1', 'worker2']) cluster.node(name);
  for (const node of ['worker1', 'worker2']) exporter(node);
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  gateway.closeAllConnections();
  gateway.close();
  cluster.close();
});

function exporter(node: string, ageMs = 50, aheadMs = 0): void {
  const [namespace, name] = ['power-harness', `exporter-${node}`];
  const labels = { 'app.kubernetes.io/name': 'power-exporter' };
  const containers = [{ name: 'x', image: 'power-exporter' }];
  cluster.pod(namespace, name, { metadata: { labels }, spec: { nodeName: node, containers } });
  cluster.proxied.set(`/api/v1/namespaces/${namespace}/pods/${name}:9838/proxy/samples`, (url) => {
    const nowUs = (Date.now() + aheadMs) * 1000;
    const time_us = nowUs - ageMs * 1000;
    const sample = { meter: 'lab', channel: 1, node, time_us, energy_joules: 1 };
    const body = Number(url.searchParams.get('from')) <= time_us ? JSON.stringify(sample) : '';
    return { headers: { 'x-exporter-time-us': String(nowUs) }, body };
  });
}

function deploy(nodeName: string, nodeSelector: Record<string, string> = {}): void {
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
  const spec = { replicas: 1, template: { spec: { nodeSelector } } };
  cluster.put(DEPLOYMENT, { spec, status });
  cluster.pod('openfaas-fn', 'f-1', {
    metadata: { labels: { faas_function: 'f' } },
    spec: { nodeName },
  });
}

function target(more: Partial<KubernetesTargetOptions> = {}): KubernetesTarget {
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  return new KubernetesTarget({
    ...DEFAULT_CLUSTER_OPTIONS,
    name: 'lab',
    context: 'lab',
    kubeconfig: cluster.kubeconfig(),
    gateway: { url, username: 'admin', password: 'secret' },
    channels: new Map(),
    metered: true,
    drivesLoad: false,
    load: {
      image: 'power-harness/k6',
      parallelism: 1,
      gatewayUrl: 'http://gateway.openfaas.svc:8080',
    },
    ...more,
  });
}

async function opened(more: Partial<KubernetesTargetOptions> = {}): Promise<OpenTarget> {
  const now = await target(more).open(RUN, signal);
  open.push(now);
  return now;
}

async function checks(more: Partial<KubernetesTargetOptions> = {}): Promise<string[]> {
  const found = await target(more).check();
  return found.map(({ name, ok, detail }) => `${ok ? 'ok' : 'FAIL'} ${name}: ${detail}`);
}

test('a cluster where everything is as it should be, line by line', async () => {
  const lines = await checks();
  expect(
    lines.map((line) => line.replace(/http:\S+(?=,)/, 'URL').replace(/\d+ ms ago.*/, 'MS')),
  ).toEqual([
    expect.stringMatching(/^ok context: lab, http/),
    'ok cluster: Kubernetes v1.34.4',
    'ok gateway: URL, 0 functions',
    'ok provider: power-harness 1 kubernetes',
    'ok rights: all that a bench needs',
    'ok free: no other bench',
    'ok nodes: control, worker1, worker2',
    'ok load: from this machine; --load in-cluster would take control (power-harness/k6)',
    'ok exporter worker1: lab/1, last sample MS',
    'ok exporter worker2: lab/1, last sample MS',
  ]);
  expect(lines.at(-1)).toMatch(/clock [+-]\d+\.\d ms ± \d+\.\d ms$/);
});

test('what is missing is named, with a hint', async () => {
  expect(await checks({ context: 'other' })).toEqual([
    "FAIL context: The kubeconfig has no context 'other'. There are: lab.",
  ]);
  cluster.denied.add('create leases').add('get pods/proxy');
  const lines = await checks({
    node: 'worker3',
    gateway: { url: target()['options'].gateway.url },
  });
  expect(lines).toContainEqual(
    expect.stringMatching(/^FAIL gateway: .* asks for a user name and a password/),
  );
  expect(lines).toContain('FAIL rights: this user may not create leases in openfaas-fn');
  expect(lines).toContain("FAIL nodes: there is no node 'worker3'");
  expect(lines).toContain('FAIL exporter worker3: there is none on worker3');
  const failed = (await target({ context: 'other' }).check()).filter(({ ok }) => !ok);
  expect(failed.every(({ hint }) => hint)).toBe(true);
});

test("OpenFaaS CE's limits are said, and that it needs another right to pin", async () => {
  provider = 'faas-netes';
  cluster.denied.add('patch deployments');
  expect(await checks()).toContainEqual(
    expect.stringMatching(/^ok provider: faas-netes 1 .*ignores constraints/),
  );
  expect(await checks()).toContain('ok rights: all that a bench needs');
  expect(await checks({ node: 'worker1' })).toContain(
    'FAIL rights: this user may not patch deployments in openfaas-fn',
  );
});

test('load from within the cluster: where it would come from, or why it can not', async () => {
  const loadOf = async (more: Partial<KubernetesTargetOptions>) =>
    (await checks(more)).find((line) => /^\S+ load:/.test(line));
  const image = 'power-harness/k6';
  const load = { image, gatewayUrl: 'http://gateway', node: 'worker1', parallelism: 1 };
  const drivesLoad = true;
  expect(await loadOf({ drivesLoad })).toBe(`ok load: in the cluster, on control (${image})`);
  expect(await loadOf({ drivesLoad, load })).toBe(
    `ok load: in the cluster, on worker1, which is measured (${image})`,
  );
  const shared = { ...load, parallelism: 2 };
  expect(await loadOf({ drivesLoad, load: shared })).toMatch(/^FAIL load: .* has no TestRuns/);
  cluster.put('/apis/k6.io/v1alpha1', {});
  expect(await loadOf({ drivesLoad, load: shared })).toMatch(/ in the cluster, by 2 k6 on worker1/);
  cluster.objects.delete('/api/v1/nodes/control');
  expect(await loadOf({})).toMatch(/^ok load: from this machine; .*No node is left/);
  expect(await loadOf({ drivesLoad })).toMatch(/^FAIL load: No node is left/);
  expect(await loadOf({ drivesLoad, node: 'worker1' })).toMatch(/^ok load: .*on worker2/);
  cluster.denied.add('create pods/exec').add('create jobs');
  const lacking = 'this user may not create jobs in power-harness, create pods/exec in';
  expect(await loadOf({})).toContain(`ok load: from this machine; not in the cluster: ${lacking}`);
  expect(await loadOf({ drivesLoad })).toContain(`FAIL load: ${lacking}`);
});

test('load from within the cluster takes rights and a node, and the lease is given back', async () => {
  const inCluster = target({ drivesLoad: true });
  cluster.denied.add('create pods/exec');
  await expect(inCluster.open(RUN, signal)).rejects.toMatchObject({
    message: 'This user may not create pods/exec in power-harness.',
  });
  cluster.denied.clear();
  cluster.objects.delete('/api/v1/nodes/control');
  await expect(inCluster.open(RUN, signal)).rejects.toMatchObject({ code: 'NO_LOAD_NODE' });
  expect([...cluster.objects.keys()].join()).not.toMatch(/leases|jobs/);
});

test('meters: silent, with a clock far off, or behind a Prometheus that is not there', async () => {
  exporter('worker1', 60_000);
  exporter('worker2', 50, 3000);
  const lines = await checks({ prometheusUrl: 'http://127.0.0.1:1' });
  expect(lines).toContain(
    'FAIL exporter worker1: no sample within 5 s from a meter that feeds worker1',
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^FAIL exporter worker2: .*clock \+(29|30)\d\d/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^FAIL prometheus: .*can't|gives no answer/));
  exporter('worker1');
  exporter('worker2');
  expect(await checks({ prometheusUrl: 'http://127.0.0.1:1' })).toContainEqual(
    expect.stringMatching(/^ok prometheus: .*not needed/),
  );
});

test('without a cluster there is one line more, not ten', async () => {
  const away = target();
  cluster.close();
  const found = await away.check();
  expect(found.map(({ name, ok }) => [name, ok])).toEqual([
    ['context', true],
    ['cluster', false],
  ]);
  await expect(away.open(RUN, signal)).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
    exitCode: 5,
  });
});

test('all nodes that are metered and ready; or the one that is asked for', async () => {
  cluster.node('worker2', false);
  const all = await opened();
  expect(all.nodes).toEqual(['worker1']);
  expect(all.placement).toEqual({
    constraints: [],
    labels: { 'power-harness.run': '20261125T100000Z-f' },
  });
  await all.close();
  const one = await opened({ node: 'worker1' });
  expect(one.placement.constraints).toEqual([`${HOST}=worker1`]);
  await one.close();
  await expect(opened({ node: 'worker2' })).rejects.toMatchObject({ code: 'NODE_NOT_READY' });
  await expect(opened({ node: 'nowhere' })).rejects.toMatchObject({
    code: 'NODE_UNKNOWN',
    hint: 'There are: control, worker1, worker2.',
  });
  expect([...cluster.objects.keys()].filter((path) => path.includes('leases'))).toEqual([]);
});

test('missing rights, by name, before anything is changed', async () => {
  cluster.denied.add('update leases').add('list nodes');
  await expect(opened()).rejects.toMatchObject({
    code: 'RIGHTS_MISSING',
    message: 'This user may not list nodes, update leases in openfaas-fn.',
  });
});

test('a provider that honours constraints needs no help', async () => {
  const held = await opened({ node: 'worker2' });
  deploy('worker2', { [HOST]: 'worker2' });
  expect(await held.place('f', signal)).toEqual(['f runs on worker2']);
  await held.close();
  expect(cluster.objects.get(DEPLOYMENT)!.metadata).not.toHaveProperty('annotations');
});

test('one that ignores them: the node selector is changed, said, and changed back', async () => {
  const held = await opened({ node: 'worker2' });
  deploy('worker2', { disk: 'ssd' });
  expect(await held.place('f', signal)).toContainEqual(
    expect.stringContaining('node selector of f was changed'),
  );
  const selector = () => {
    const { spec } = cluster.objects.get(DEPLOYMENT)! as { spec: { template: { spec: object } } };
    return spec.template.spec;
  };
  expect(selector()).toEqual({ nodeSelector: { disk: 'ssd', [HOST]: 'worker2' } });
  await held.close();
  expect(selector()).toEqual({ nodeSelector: { disk: 'ssd' } });
  expect(cluster.objects.get(DEPLOYMENT)!.metadata).toMatchObject({ annotations: {} });
});

test('a function on a node that nobody measures', async () => {
  const held = await opened();
  deploy('control');
  await expect(held.place('f', signal)).rejects.toMatchObject({
    code: 'NODE_NOT_METERED',
    hint: 'Keep it on a node with --node: worker1, worker2.',
  });
});

test("an image that is not there is told at once, in Kubernetes' words", async () => {
  const held = await opened();
  deploy('worker1');
  cluster.put(DEPLOYMENT, { spec: { replicas: 1 }, status: { replicas: 1 } });
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nope"' };
  cluster.pod('openfaas-fn', 'f-1', {
    metadata: { labels: { faas_function: 'f' } },
    spec: { nodeName: 'worker1' },
    status: { containerStatuses: [{ image: 'nope', state: { waiting } }] },
  });
  await expect(held.place('f', signal)).rejects.toMatchObject({
    code: 'FUNCTION_NOT_READY',
    message: expect.stringContaining(
      "image nope can't be had (ImagePullBackOff: Back-off",
    ) as string,
  });
});

test('an invocation ran where the replica is that answered, also when that has gone', async () => {
  const held = await opened();
  deploy('worker1');
  await held.place('f', signal);
  expect((await held.locate())('f', 'no header')).toBe('worker1');
  cluster.objects.delete('/api/v1/namespaces/openfaas-fn/pods/f-1');
  cluster.pod('openfaas-fn', 'f-2', {
    metadata: { labels: { faas_function: 'f' } },
    spec: { nodeName: 'worker2' },
  });
  const locate = await held.locate();
  expect(['f-1', 'f-2', ''].map((replica) => locate('f', replica))).toEqual([
    'worker1',
    'worker2',
    undefined,
  ]);
});

test('a function is scaled to zero by its Deployment, until its last pod is gone', async () => {
  const held = await opened();
  deploy('worker1');
  const scaled = held.scaleToZero!('f', signal);
  await expect.poll(() => cluster.objects.get(DEPLOYMENT)).toMatchObject({ spec: { replicas: 0 } });
  cluster.objects.delete('/api/v1/namespaces/openfaas-fn/pods/f-1');
  await scaled;
});

test('CPU time by function and platform, from each kubelet, at its own time', async () => {
  const held = await opened();
  deploy('worker1');
  await held.place('f', signal);
  const cpu = (usageCoreNanoSeconds: number) => ({
    time: '2026-11-25T10:00:00Z',
    usageCoreNanoSeconds,
  });
  cluster.proxied.set('/api/v1/nodes/worker1/proxy/stats/summary', () => ({
    body: {
      node: {
        systemContainers: [
          { name: 'kubelet', cpu: cpu(2e9) },
          { name: 'pods', cpu: cpu(9e9) },
        ],
      },
      pods: [
        { podRef: { name: 'f-1', namespace: 'openfaas-fn', uid: 'a' }, cpu: cpu(3e9) },
        { podRef: { name: 'gateway-1', namespace: 'openfaas', uid: 'b' }, cpu: cpu(5e9) },
        { podRef: { name: 'other', namespace: 'default', uid: 'c' }, cpu: cpu(7e9) },
      ],
    },
  }));
  const timeUs = Date.parse('2026-11-25T10:00:00Z') * 1000;
  expect(await held.readCpu()).toEqual([
    { node: 'worker1', entity: 'platform', cpuSeconds: 7, timeUs },
    { node: 'worker1', entity: 'function:f', cpuSeconds: 3, timeUs },
  ]);
  expect(await held.readCpu()).toEqual([]);
});

test('a node that is no longer ready ends the run', async () => {
  const held = await opened({ node: 'worker1' });
  cluster.node('worker1', false);
  await held.readCpu();
  expect(await held.died).toMatchObject({
    code: 'NODE_LOST',
    message: 'The node worker1 is no longer ready: kubelet says so',
  });
});

test('what a killed bench replaced is not removed; how to put it back is said', async () => {
  functions = [
    { name: 'mine', labels: {} },
    { name: 'old', labels: { 'power-harness.run': 'run-1', 'power-harness.replaced': 'true' } },
  ];
  const held = await opened();
  expect(held.notes).toEqual([
    'old was replaced by the run run-1, which was killed: kubectl -n openfaas-fn rollout undo deployment/old puts back what was there',
  ]);
});

test('twins beside the exporters make the joules simulated', async () => {
  expect((await opened()).exporters).toMatchObject({ simulated: false });
  await open.pop()!.close();
  const containers = [{ name: 'twin', image: 'power-harness/power-meter-twin:latest' }];
  cluster.pod('power-meter-twin', 'twin-1', { spec: { nodeName: 'worker1', containers } });
  expect((await opened()).exporters).toMatchObject({ simulated: true });
});
