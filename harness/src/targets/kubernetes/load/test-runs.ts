import { TargetError } from '../../../errors.js';
import { until } from '../../../processes/sleep.js';
import { type KubernetesApi } from '../kubernetes-api.js';
import { RUN_LABEL } from '../cluster-options.js';
import { FUNCTIONS_LABEL } from './load-job.js';
import { type TestRun } from './test-run-manifest.js';

const END_LIMIT_SECONDS = 30;
const POLL_SECONDS = 0.5;
const API = '/apis/k6.io/v1alpha1';

/** Of the TestRuns in a namespace, or of one of them. */
export function testRunPath(namespace: string, name?: string): string {
  return `${API}/namespaces/${namespace}/testruns${name === undefined ? '' : `/${name}`}`;
}

/** @throws TargetError (`OPERATOR_MISSING`) where the cluster knows no TestRuns: k6-operator was not installed */
export async function assertTestRuns(api: KubernetesApi): Promise<void> {
  if ((await api.call(API)).status === 200) return;
  throw new TargetError(
    'OPERATOR_MISSING',
    'The cluster has no TestRuns (k6.io/v1alpha1), by which several k6 share a load.',
    'Install k6-operator, or leave out --load-parallelism: then one k6 drives the load.',
  );
}

/**
 * Removes the TestRuns that killed benches left, and waits until their runners are gone.
 * @returns what was found, to be told
 * @throws TargetError
 */
export async function removeLeftTestRuns(
  api: KubernetesApi,
  namespace: string,
  functionsNamespace: string,
): Promise<string[]> {
  const selector = encodeURIComponent(RUN_LABEL);
  const { status, body } = await api.call(`${testRunPath(namespace)}?labelSelector=${selector}`);
  // Without the operator there are none; and without the right to look none of ours.
  if (status !== 200) return [];
  const notes: string[] = [];
  for (const { metadata } of (JSON.parse(body) as { items: TestRun[] }).items) {
    const { [RUN_LABEL]: run, [FUNCTIONS_LABEL]: functions } = metadata.labels;
    if (functions !== functionsNamespace) continue;
    const path = testRunPath(namespace, metadata.name);
    await api.call(path, { method: 'DELETE', body: { propagationPolicy: 'Foreground' } });
    const gone = async () => (await api.find(path)) === undefined || undefined;
    await until(gone, END_LIMIT_SECONDS, POLL_SECONDS, new AbortController().signal);
    notes.push(
      `removed the TestRun ${metadata.name}, which the run ${run} had left when it was killed`,
    );
  }
  return notes;
}
