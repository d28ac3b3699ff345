import { until } from '../../../processes/sleep.js';
import { RUN_LABEL } from '../cluster-options.js';
import type { KubernetesApi } from '../kubernetes-api.js';
import { FUNCTIONS_LABEL } from './load-pod.js';

const END_LIMIT_SECONDS = 30;
const POLL_SECONDS = 0.5;

/** All that a run made in a collection of the API. */
export const MADE_BY_RUNS = `?labelSelector=${encodeURIComponent(RUN_LABEL)}`;

/** Something that drives load. */
interface LoadObject {
  metadata?: { name?: string; labels?: Record<string, string> };
}

/**
 * Removes what killed benches left; nobody else is at it, for the lease is ours.
 * @param items - of a collection, those with a run's label
 * @param pathOf - of one of them
 * @param what - it is, to be told
 * @returns what was removed, to be told
 * @throws KubernetesError, TargetError
 */
export async function removeLeftLoad(
  api: KubernetesApi,
  items: readonly LoadObject[],
  functionsNamespace: string,
  pathOf: (name: string) => string,
  what: (name: string) => string,
): Promise<string[]> {
  const notes: string[] = [];
  for (const { metadata: { name, labels = {} } = {} } of items) {
    if (name === undefined || labels[FUNCTIONS_LABEL] !== functionsNamespace) continue;
    await removeInForeground(api, pathOf(name));
    notes.push(
      `removed ${what(name)}, which the run ${labels[RUN_LABEL]} had left when it was killed`,
    );
  }
  return notes;
}

/** It is gone when its pods are; waits for that. @throws KubernetesError, TargetError */
export async function removeInForeground(api: KubernetesApi, path: string): Promise<void> {
  if (!(await api.find(path))) return;
  await api.json(path, { method: 'DELETE', body: { propagationPolicy: 'Foreground' } });
  const { signal } = new AbortController();
  const gone = async () => (await api.find(path)) === undefined || undefined;
  await until(gone, END_LIMIT_SECONDS, POLL_SECONDS, signal);
}
