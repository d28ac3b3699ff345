import { TargetError } from '../../errors.js';
import { until } from '../../processes/sleep.js';
import { deploymentPath } from './function-rollout.js';
import { type KubernetesApi } from './kubernetes-api.js';
import { FUNCTION_LABEL, type ReplicaNodes } from './replica-nodes.js';

const LIMIT_SECONDS = 60;
const POLL_SECONDS = 0.5;

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
  const gone = await until(
    async () => {
      const pods = await replicas.refresh();
      return pods.every(({ metadata }) => metadata?.labels?.[FUNCTION_LABEL] !== name) || undefined;
    },
    LIMIT_SECONDS,
    POLL_SECONDS,
    signal,
  );
  if (gone) return;
  throw new TargetError(
    'SCALE_TO_ZERO',
    `${name} still has a pod ${LIMIT_SECONDS} s after it was scaled to zero.`,
    'Something scales it up again: an autoscaler, or others who invoke it.',
  );
}
