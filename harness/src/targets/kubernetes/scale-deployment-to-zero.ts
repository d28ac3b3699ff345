import { awaitNoneLeft } from '../../openfaas/await-none-left.js';
import { deploymentPath } from './function-rollout.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { FUNCTION_LABEL, type ReplicaNodes } from './replica-nodes.js';

const LEAVING = {
  problem: 'still has a pod',
  limitSeconds: 60,
  pollSeconds: 0.5,
  hint: 'Something scales it up again: an autoscaler, or others who invoke it.',
};

/**
 * Takes every replica of a function away and waits until they are gone. By its Deployment: OpenFaaS' gateway takes a 0 for
 * a 1.
 * @throws KubernetesError, TargetError (`SCALE_TO_ZERO`)
 */
export async function scaleDeploymentToZero(
  api: KubernetesApi,
  namespace: string,
  name: string,
  replicas: ReplicaNodes,
  signal: AbortSignal,
): Promise<void> {
  const path = deploymentPath(namespace, name);
  await api.json(path, { method: 'PATCH', body: { spec: { replicas: 0 } } });
  const isGone = async () =>
    (await replicas.refresh()).every(({ metadata }) => metadata?.labels?.[FUNCTION_LABEL] !== name);
  await awaitNoneLeft(name, isGone, LEAVING, signal);
}
