import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ReplicaStatus } from '../harness/src/provider/backend.js';
import {
  ApiClient,
  describeProvider,
  describeScalingToZero,
} from '../harness/src/provider/conformance.js';
import { deployment } from '../harness/src/provider/provider-process.js';
import { findProgram } from '../harness/src/tools/program.js';
import { clusterMissing, kubectl } from './kubectl.js';
import { ProviderOnCluster } from './provider-on-cluster.js';

const READY_SECONDS = 60;
const missing = clusterMissing();

describe.skipIf(missing)(`functions in a cluster${missing}`, () => {
  const cluster = new ProviderOnCluster(`provider-test-${process.pid}`);
  const headers = {
    authorization: `Basic ${Buffer.from(`admin:${cluster.password}`).toString('base64')}`,
  };
  const api = new ApiClient(() => cluster.url('provider'), headers);
  const gateway = new ApiClient(() => cluster.url('gateway'), headers);
  const options = { readySeconds: READY_SECONDS, namespace: cluster.functions };
  const patience = { timeout: READY_SECONDS * 1000, interval: 250 };

  beforeAll(() => cluster.open(), 300_000);
  afterAll(() => cluster.close(), 300_000);

  const deploy = (name: string, more: object = {}) =>
    api.status('POST', '/system/functions', deployment(name, more));
  const remove = (name: string) =>
    api.status('DELETE', '/system/functions', { functionName: name });
  const scale = (serviceName: string, replicas: number) =>
    api.status('POST', `/system/scale-function/${serviceName}`, { serviceName, replicas });
  const replicasOf = async (name: string) =>
    (await api.json<ReplicaStatus[]>('/system/replicas')).filter((each) => each.function === name);
  const said = async (name: string) => (await api.call('GET', `/function/${name}`)).text();
  const inPods = (...args: string[]) => kubectl('--namespace', cluster.functions, ...args);

  describe('spoken to directly', () => {
    describeProvider(api, options);
    describeScalingToZero(api, READY_SECONDS);
  });

  describe("through OpenFaaS's gateway", () => {
    describeProvider(gateway, options);
  });

  describe('a function', () => {
    afterEach(async () => {
      for (const { name } of await api.json<{ name: string }[]>('/system/functions'))
        await remove(name);
    });

    test('runs on the node that its constraint names, and says in which pod', async () => {
      for (const node of ['power-harness-worker2', 'power-harness-worker']) {
        const pinned = { constraints: [`kubernetes.io/hostname=${node}`] };
        await api.status('PUT', '/system/functions', deployment('pinned', pinned));
        if ((await replicasOf('pinned')).length === 0) await deploy('pinned', pinned);
        const nodes = async () => (await replicasOf('pinned')).map((each) => each.node);
        await expect.poll(nodes, patience).toEqual([node]);
        await api.ready('pinned', 1, READY_SECONDS);
        expect(await api.json('/system/function/pinned')).toMatchObject(pinned);
        const answer = await api.call('GET', '/function/pinned');
        const [replica] = await replicasOf('pinned');
        expect(answer.headers.get('x-replica')).toBe(replica!.instance);
        expect(replica).toMatchObject({ ready: true, requests: 1, restarts: 0 });
      }
      const refused = await api.call(
        'PUT',
        '/system/functions',
        deployment('pinned', { constraints: ['anywhere'] }),
      );
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringContaining("constraint 'anywhere' can't be honoured") as string,
      ]);
    });

    test('is nobody, and writes to nothing but /tmp', async () => {
      await deploy('locked', {
        readOnlyRootFilesystem: true,
        limits: { memory: '128Mi', cpu: '500m' },
        requests: { memory: '64Mi' },
      });
      await api.ready('locked', 1, READY_SECONDS);
      const [{ instance } = { instance: '' }] = await replicasOf('locked');
      const shell =
        'touch /tmp/x; touch /x 2>&1; id -u; cat /proc/self/status | grep CapEff; ls /var/run/secrets 2>&1';
      const seen = await inPods('exec', instance, '--', 'bash', '-c', `${shell} || true`);
      expect(seen).toContain('Read-only file system');
      expect(seen).toMatch(/^12000$/m);
      expect(seen).toMatch(/CapEff:\s+0000000000000000/);
      expect(seen).toContain("cannot access '/var/run/secrets'");
      expect(await api.json('/system/function/locked')).toMatchObject({
        readOnlyRootFilesystem: true,
        limits: { memory: '128Mi', cpu: '500m' },
        requests: { memory: '64Mi' },
      });
    });

    test('whose image is not there: callers and logs are told', async () => {
      await deploy('imageless', { image: 'test/nowhere:1' });
      const reason = /^No endpoints available for: imageless\. Pod imageless-\S+: (Err)?ImagePull/;
      await expect.poll(() => said('imageless'), patience).toMatch(reason);
      expect(
        await (await api.call('GET', '/system/logs?name=imageless&follow=false')).text(),
      ).toMatch(/\(E?r?r?ImagePull/);
    });

    test('that no node has room for: callers are told, within the limit', async () => {
      await deploy('huge', {
        requests: { memory: '900Gi' },
        labels: { 'com.openfaas.scale.min': '0' },
        annotations: { 'power-harness.ready-timeout-seconds': '3' },
      });
      const start = performance.now();
      const answer = await api.call('GET', '/function/huge');
      expect([answer.status, await answer.text()]).toEqual([
        503,
        expect.stringMatching(/Pod huge-\S+: Unschedulable: .*Insufficient memory/) as string,
      ]);
      expect(performance.now() - start).toBeGreaterThan(2900);
      expect(performance.now() - start).toBeLessThan(8000);
    });

    test('that the namespace does not allow: callers are told', async () => {
      const quota = ['quota', 'small', '--hard=pods=0'];
      await inPods('create', ...quota);
      await deploy('forbidden');
      await expect.poll(() => said('forbidden'), patience).toContain('exceeded quota: small');
      await inPods('delete', 'quota', 'small');
    });

    test('that ends at start: callers are told, and it is started again', async () => {
      await deploy('doomed', { envVars: { CRASH_AT_START: '1' } });
      await expect.poll(() => said('doomed'), patience).toContain('ended with exit code 3');
      const restarts = async () => (await replicasOf('doomed'))[0]!.restarts;
      await expect.poll(restarts, patience).toBeGreaterThan(0);
      expect(
        await (await api.call('GET', '/system/logs?name=doomed&follow=false')).text(),
      ).toContain('starting doomed-');
    });

    test('keeps to its labels', async () => {
      const labels = { 'com.openfaas.scale.min': '2', 'com.openfaas.scale.max': '3' };
      await deploy('bounded', { labels });
      await api.ready('bounded', 2, READY_SECONDS);
      await scale('bounded', 9);
      expect(await api.json('/system/function/bounded')).toMatchObject({ replicas: 3, labels });
    });

    /** Invokes it all the time, by `lanes` at once. @returns how to stop, which tells the statuses by their number */
    function load(client: ApiClient, path: string, lanes = 4) {
      const statuses: Record<string, number> = {};
      let running = true;
      const lane = async () => {
        while (running) {
          const status = await client.status('GET', path).catch((error: Error) => error.message);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
      };
      const all = Promise.all(Array.from({ length: lanes }, lane));
      return async () => {
        running = false;
        await all;
        return statuses;
      };
    }

    test('loses no request to an update or to scaling, and is balanced', async () => {
      await deploy('steady');
      await api.ready('steady', 1, READY_SECONDS);
      const stop = load(gateway, '/function/steady/slow?ms=20', 6);
      await scale('steady', 3);
      await api.ready('steady', 3, READY_SECONDS);
      const before = await replicasOf('steady');
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const counts = (await replicasOf('steady')).map(
        ({ requests }, i) => requests - before[i]!.requests,
      );
      await api.status('PUT', '/system/functions', deployment('steady', { envVars: { A: 'b' } }));
      const updated = async () => {
        const now = await replicasOf('steady');
        return now.filter(({ instance }) => before.some((each) => each.instance === instance))
          .length;
      };
      await expect.poll(updated, patience).toBe(0);
      await scale('steady', 1);
      await expect.poll(async () => (await replicasOf('steady')).length, patience).toBe(1);
      const statuses = await stop();
      expect(Object.keys(statuses)).toEqual(['200']);
      expect(Math.min(...counts)).toBeGreaterThan(0.6 * Math.max(...counts));
    });

    test('whose pod is killed while requests run: they get an answer, and it comes back', async () => {
      await deploy('killed');
      await api.ready('killed', 1, READY_SECONDS);
      const [{ instance } = { instance: '' }] = await replicasOf('killed');
      const running = api.call('GET', '/function/killed/slow?ms=30000');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await inPods('delete', 'pod', instance, '--grace-period=0', '--force');
      const start = performance.now();
      expect((await running).status).toBeGreaterThanOrEqual(500);
      expect(performance.now() - start).toBeLessThan(30_000);
      await expect.poll(() => api.status('GET', '/function/killed'), patience).toBe(200);
      expect((await replicasOf('killed')).map((each) => each.instance)).not.toContain(instance);
    });

    test('outlives its provider, and takes requests through the gateway meanwhile', async () => {
      await deploy('survivor');
      await api.ready('survivor', 1, READY_SECONDS);
      const before = await replicasOf('survivor');
      const stop = load(gateway, '/function/survivor/slow?ms=20');
      const own = ['--namespace', cluster.namespace];
      await kubectl(...own, 'rollout', 'restart', 'deployment/power-provider');
      await cluster.settled();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const statuses = await stop();
      await cluster.forward('provider');
      expect(await replicasOf('survivor')).toMatchObject(
        before.map(({ instance, node }) => ({ instance, node, ready: true, restarts: 0 })),
      );
      expect(Object.keys(statuses)).toEqual(['200']);
    });
  });

  test('the provider has the rights that it needs, and no others', async () => {
    const can = (verb: string, what: string, namespace: string) =>
      kubectl(
        ...['auth', 'can-i', verb, what, '--namespace', namespace],
        `--as=system:serviceaccount:${cluster.namespace}:power-provider`,
      ).catch((error: { stdout: string }) => error.stdout.trim());
    expect(await can('create', 'deployments.apps', cluster.functions)).toBe('yes');
    for (const [verb, what, namespace] of [
      ['create', 'deployments.apps', cluster.namespace],
      ['get', 'secrets', cluster.namespace],
      ['create', 'pods', cluster.functions],
      ['create', 'pods/exec', cluster.functions],
      ['list', 'nodes', cluster.functions],
      ['create', 'rolebindings.rbac.authorization.k8s.io', cluster.functions],
    ] as const)
      expect([verb, what, await can(verb, what, namespace)]).toEqual([verb, what, 'no']);
  });

  test('by the real faas-cli, through the gateway: deployed twice, the second is what runs', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'faas-cli-'));
    const stack = (colour: string) =>
      writeFileSync(
        join(directory, 'stack.yml'),
        `version: 1.0\nprovider: { name: openfaas }\nfunctions:\n  cli:\n    lang: dockerfile\n    handler: .\n    skip_build: true\n    image: test/function:latest\n    secrets: [token]\n    environment: { COLOUR: ${colour} }\n    constraints: [kubernetes.io/hostname=power-harness-worker]\n`,
      );
    const cli = (args: string[], input = '') =>
      execa(findProgram('faas-cli'), [...args, '--gateway', gateway.url()], {
        all: true,
        reject: false,
        input,
        env: { OPENFAAS_CONFIG: directory },
      });
    const deployCli = () =>
      cli(['deploy', '-f', join(directory, 'stack.yml'), '--read-template=false']);
    await cli(['login', '--username', 'admin', '--password-stdin'], cluster.password);
    expect((await cli(['secret', 'create', 'token', '--from-literal', 'hidden'])).exitCode).toBe(0);
    for (const colour of ['red', 'green']) {
      stack(colour);
      expect((await deployCli()).all).toContain('Deployed. 202 Accepted.');
      const seen = async () => (await cli(['invoke', 'cli'], 'x')).all;
      await expect.poll(seen, patience).toContain(`"COLOUR":"${colour}"`);
      expect(await api.json('/system/function/cli')).toMatchObject({
        envVars: { COLOUR: colour },
        secrets: ['token'],
      });
    }
    expect((await cli(['list'])).all).toMatch(/^cli\s+\d+\s+1/m);
    expect((await cli(['describe', 'cli'])).all).toMatch(/Status:\s+Ready/);
    expect((await cli(['logs', 'cli', '--tail=false'])).all).toContain('starting cli-');
    expect((await cli(['remove', 'cli'])).exitCode).toBe(0);
    expect((await cli(['secret', 'remove', 'token'])).exitCode).toBe(0);
    expect((await cli(['list'])).all).not.toMatch(/^cli/m);
  });
});
