import { TargetError } from '../../../errors.js';
import type { KubernetesApi } from '../kubernetes-api.js';
import { MADE_BY_RUNS, removeLeftLoad } from './left-load.js';
import type { TestRun } from './test-run-manifest.js';

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
 * @throws KubernetesError, TargetError
 */
export async function removeLeftTestRuns(
  api: KubernetesApi,
  namespace: string,
  functionsNamespace: string,
): Promise<string[]> {
  const { status, body } = await api.call(`${testRunPath(namespace)}${MADE_BY_RUNS}`);
  // Without the operator there are none; and without the right to look none of ours.
  if (status !== 200) return [];
  const { items } = JSON.parse(body) as { items: TestRun[] };
  const pathOf = (name: string) => testRunPath(namespace, name);
  return removeLeftLoad(api, items, functionsNamespace, pathOf, (name) => `the TestRun ${name}`);
}
