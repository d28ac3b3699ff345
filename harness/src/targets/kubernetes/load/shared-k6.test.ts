import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { labCluster } from '../lab-cluster.js';
import { ENDED_MARK } from './k6-holder.js';
import { SharedK6 } from './shared-k6.js';
import type { SharedLoad, TestRun } from './test-run-manifest.js';

const lab = labCluster();
const NAMESPACE = 'power-harness';
const TEST_RUN = `/apis/k6.io/v1alpha1/namespaces/${NAMESPACE}/testruns/shared`;
const CONFIG_MAP = `/api/v1/namespaces/${NAMESPACE}/configmaps/shared`;
const SECRET = `/api/v1/namespaces/${NAMESPACE}/secrets/shared`;
const START = '{"level":"info","msg":"power-harness scenario load1 1795459268935"}';
const RUNNING = { phase: 'Running', containerStatuses: [{ name: 'k6', state: { running: {} } }] };

const LOAD: SharedLoad = {
  ...{ name: 'shared', namespace: NAMESPACE, labels: {}, runners: 2, image: 'k6' },
  node: { name: 'b', host: 'b', ready: true, takesPods: true, reason: '' },
  payloads: new Map<string, Buffer>(),
  config: { request_timeout_seconds: 1, calls: {}, scenarios: {}, thresholds: {} },
};

afterEach(() => {
  vi.useRealTimers();
});

function stage(name: string): void {
  lab.cluster.put(TEST_RUN, { ...lab.cluster.objects.get(TEST_RUN), status: { stage: name } });
}

/** A runner's pod, as the operator makes it. */
function runner(index: number, status: object = RUNNING): void {
  const labels = { app: 'k6', k6_cr: 'shared', runner: 'true' };
  lab.cluster.pod(NAMESPACE, `shared-${index}`, { metadata: { labels }, status });
}

function prints(index: number, ...lines: string[]): void {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/shared-${index}/log`;
  lab.cluster.proxied.set(path, () => ({ body: lines.map((line) => `${line}\n`).join('') }));
}

test('it has ended when all runners have, and is gone when it is removed', async () => {
  const k6 = await SharedK6.start(lab.api, LOAD);
  const { metadata } = lab.cluster.objects.get(CONFIG_MAP) as { metadata: object };
  expect(metadata).toMatchObject({ ownerReferences: [{ kind: 'TestRun', name: 'shared' }] });
  expect((lab.cluster.objects.get(TEST_RUN) as unknown as TestRun).spec.parallelism).toBe(2);
  stage('created');
  runner(1);
  prints(1, START, 'a', `${ENDED_MARK}0`);
  await wait(1200);
  expect(k6.runners).toEqual(['shared-1']);
  runner(2);
  prints(2, START, 'b', `${ENDED_MARK}0`);
  expect(await k6.ended).toEqual({ exitCode: 0 });
  expect(k6.runners).toEqual(['shared-1', 'shared-2']);
  expect((await text(k6.stdout)).split('\n')).toEqual([START, 'a', START, 'b', '']);
  await k6.remove();
  expect([...lab.cluster.objects.keys()].filter((path) => !path.includes('/pods/'))).toEqual([]);
});

test('what configures a live output is a Secret, which goes with it', async () => {
  const environment = { K6_PROMETHEUS_RW_PASSWORD: 'hidden' };
  const live = { name: 'experimental-prometheus-rw', environment, tags: {} };
  const k6 = await SharedK6.start(lab.api, { ...LOAD, live });
  expect(lab.cluster.objects.get(SECRET)).toMatchObject({
    stringData: environment,
    metadata: { ownerReferences: [{ name: 'shared' }] },
  });
  const others = [TEST_RUN, CONFIG_MAP].map((path) =>
    JSON.stringify(lab.cluster.objects.get(path)),
  );
  expect(others.join('')).not.toContain('hidden');
  await k6.remove();
  expect(lab.cluster.objects.size).toBe(0);
});

test('one that failed fails all', async () => {
  const k6 = await SharedK6.start(lab.api, LOAD);
  stage('started');
  for (const index of [1, 2]) {
    runner(index);
    prints(index, START, `${ENDED_MARK}${index === 1 ? 0 : 107}`);
  }
  expect(await k6.ended).toEqual({ exitCode: 107 });
});

test('what a runner prints is taken up again where the connection was lost', async () => {
  const k6 = await SharedK6.start(lab.api, { ...LOAD, runners: 1 });
  stage('started');
  runner(1);
  const asked: string[] = [];
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/shared-1/log`;
  lab.cluster.proxied.set(path, ({ searchParams }) => {
    asked.push(searchParams.get('sinceSeconds') ?? 'all');
    return { body: asked.length === 1 ? `${START}\n` : `${ENDED_MARK}0\n` };
  });
  expect(await k6.ended).toEqual({ exitCode: 0 });
  expect(asked).toEqual(['all', '2']);
});

test.each([
  [
    'a runner that was ended',
    'K6_FAILED',
    'OOMKilled',
    () => {
      const terminated = { reason: 'OOMKilled', exitCode: 137 };
      runner(1, { phase: 'Failed', containerStatuses: [{ name: 'k6', state: { terminated } }] });
    },
  ],
  [
    'an image that is not there',
    'K6_NOT_READY',
    'its image k6',
    () => {
      const waiting = { reason: 'ImagePullBackOff' };
      runner(1, { containerStatuses: [{ name: 'k6', image: 'k6', state: { waiting } }] });
    },
  ],
  [
    'a TestRun that somebody removed',
    'TEST_RUN_GONE',
    'shared',
    () => lab.cluster.objects.delete(TEST_RUN),
  ],
])('%s', async (_, code, said, happen) => {
  const k6 = await SharedK6.start(lab.api, LOAD);
  stage('created');
  happen();
  await expect(k6.ended).rejects.toMatchObject({
    code,
    message: expect.stringContaining(said) as string,
  });
});

test('no operator that takes notice, and one whose runners never begin', async () => {
  const silent = await SharedK6.start(lab.api, LOAD);
  const began = performance.now();
  const now = vi.spyOn(performance, 'now').mockImplementation(() => began + 31_000);
  await expect(silent.ended).rejects.toMatchObject({ code: 'OPERATOR_SILENT' });
  now.mockRestore();
  await silent.remove();
  const waiting = await SharedK6.start(lab.api, LOAD);
  stage('created');
  vi.spyOn(performance, 'now').mockImplementation(() => began + 200_000);
  await expect(waiting.ended).rejects.toMatchObject({
    code: 'K6_NOT_READY',
    message: expect.stringContaining('created') as string,
  });
  vi.restoreAllMocks();
});

test('stopped: it ends, and its objects are gone', async () => {
  const k6 = await SharedK6.start(lab.api, LOAD);
  k6.kill();
  expect(await k6.ended).toEqual({ how: 'it was stopped' });
  await expect.poll(() => lab.cluster.objects.has(TEST_RUN)).toBe(false);
});

test('no operator in the lab.cluster, or one that refuses: no ConfigMap is left', async () => {
  lab.cluster.put(TEST_RUN, {});
  await expect(SharedK6.start(lab.api, LOAD)).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' });
  expect(lab.cluster.objects.has(CONFIG_MAP)).toBe(false);
});
