import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { TargetError } from '../../errors.js';
import { sleep } from '../../processes/sleep.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { podTrouble } from './pod-trouble.js';
import { FUNCTION_LABEL, type ReplicaNodes } from './replica-nodes.js';

const LIMIT_SECONDS = 90;
const POLL_SECONDS = 0.5;

export function deploymentPath(namespace: string, name: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
}

/**
 * Waits until every replica of a function is of its newest deployment and ready: while an update is under way the gateway
 * calls a function ready by its old replicas.
 * @returns the nodes it runs on
 * @throws TargetError (`FUNCTION_NOT_READY`) in Kubernetes' own words
 */
export async function awaitRollout(
  api: KubernetesApi,
  namespace: string,
  name: string,
  replicas: ReplicaNodes,
  signal: AbortSignal,
): Promise<string[]> {
  const startMs = performance.now();
  for (;;) {
    const deployment = await api.find<V1Deployment>(deploymentPath(namespace, name));
    const pods = (await replicas.refresh()).filter((pod) => isOf(pod, name));
    if (deployment && isRolledOut(deployment) && pods.length > 0) {
      return [...new Set(pods.map((pod) => pod.spec?.nodeName ?? ''))];
    }
    const troubles = pods.map((pod) => podTrouble(pod)).filter((trouble) => trouble !== undefined);
    const [trouble] = troubles.sort((a, b) => a.patienceSeconds - b.patienceSeconds);
    const seconds = (performance.now() - startMs) / 1000;
    if (seconds >= (trouble?.patienceSeconds ?? LIMIT_SECONDS)) {
      const { reason, hint } = trouble ?? {
        reason: `not within ${LIMIT_SECONDS} s`,
        hint: `kubectl -n ${namespace} describe deployment ${name} tells more.`,
      };
      throw new TargetError('FUNCTION_NOT_READY', `${name} does not get ready: ${reason}.`, hint);
    }
    await sleep(POLL_SECONDS * 1000, signal);
  }
}

function isOf({ metadata }: V1Pod, name: string): boolean {
  return metadata?.labels?.[FUNCTION_LABEL] === name && !metadata.deletionTimestamp;
}

function isRolledOut({ metadata, spec, status }: V1Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = status ?? {};
  return (
    observedGeneration >= (metadata?.generation ?? 0) &&
    wanted > 0 &&
    replicas === wanted &&
    updatedReplicas === wanted &&
    status?.availableReplicas === wanted
  );
}
