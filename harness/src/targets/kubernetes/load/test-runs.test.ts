import { expect, test } from 'vitest';
import { labCluster } from '../lab-cluster.js';
import { loadLabels } from './load-pod.js';
import { assertTestRuns, removeLeftTestRuns, testRunPath } from './test-runs.js';

const lab = labCluster();

test('without the operator: said, and nothing is left to remove', async () => {
  await expect(assertTestRuns(lab.api)).rejects.toMatchObject({
    code: 'OPERATOR_MISSING',
    hint: expect.stringContaining('k6-operator') as string,
  });
  lab.cluster.proxied.set(testRunPath('power-harness'), () => ({ status: 404, body: 'not found' }));
  expect(await removeLeftTestRuns(lab.api, 'power-harness', 'openfaas-fn')).toEqual([]);
});

test('what a killed bench left is removed; what others have is not', async () => {
  lab.cluster.put('/apis/k6.io/v1alpha1', {});
  await assertTestRuns(lab.api);
  const labels = { ours: loadLabels('r1', 'openfaas-fn'), theirs: loadLabels('r2', 'elsewhere') };
  for (const [name, each] of Object.entries({ ...labels, others: {} }))
    lab.cluster.put(testRunPath('power-harness', name), { metadata: { labels: each } });
  expect(await removeLeftTestRuns(lab.api, 'power-harness', 'openfaas-fn')).toEqual([
    'removed the TestRun ours, which the run r1 had left when it was killed',
  ]);
  const left = ['ours', 'theirs', 'others'].filter((name) =>
    lab.cluster.objects.has(testRunPath('power-harness', name)),
  );
  expect(left).toEqual(['theirs', 'others']);
});
