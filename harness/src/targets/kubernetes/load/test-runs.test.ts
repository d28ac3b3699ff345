import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterStandIn } from '../cluster-stand-in.js';
import { KubernetesApi } from '../kubernetes-api.js';
import { loadLabels } from './load-pod.js';
import { assertTestRuns, removeLeftTestRuns, testRunPath } from './test-runs.js';

let cluster: ClusterStandIn;
let api: KubernetesApi;

beforeEach(async () => {
  cluster = await ClusterStandIn.start();
  api = KubernetesApi.load('lab', cluster.kubeconfig());
});

afterEach(() => {
  api.close();
  cluster.close();
});

test('without the operator: said, and nothing is left to remove', async () => {
  await expect(assertTestRuns(api)).rejects.toMatchObject({
    code: 'OPERATOR_MISSING',
    hint: expect.stringContaining('k6-operator') as string,
  });
  cluster.proxied.set(testRunPath('power-harness'), () => ({ status: 404, body: 'not found' }));
  expect(await removeLeftTestRuns(api, 'power-harness', 'openfaas-fn')).toEqual([]);
});

test('what a killed bench left is removed; what others have is not', async () => {
  cluster.put('/apis/k6.io/v1alpha1', {});
  await assertTestRuns(api);
  const labels = { ours: loadLabels('r1', 'openfaas-fn'), theirs: loadLabels('r2', 'elsewhere') };
  for (const [name, each] of Object.entries({ ...labels, others: {} }))
    cluster.put(testRunPath('power-harness', name), { metadata: { labels: each } });
  expect(await removeLeftTestRuns(api, 'power-harness', 'openfaas-fn')).toEqual([
    'removed the TestRun ours, which the run r1 had left when it was killed',
  ]);
  const left = ['ours', 'theirs', 'others'].filter((name) =>
    cluster.objects.has(testRunPath('power-harness', name)),
  );
  expect(left).toEqual(['theirs', 'others']);
});
